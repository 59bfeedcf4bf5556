import { describe, expect } from '@jest/globals';
import { test } from '../../case.js';
import { HandlerFile } from '../../handler-file.js';
import { codeOf, toldBy, type WorkerBed } from '../../worker-bed.js';

/** Modules with which no worker can start. */
export function failedStartCases(workers: WorkerBed): void {
  const { bed, engine } = workers;

  describe('listen() of a module that', () => {
    test('throws rejects with its error, and leaves nothing open', async () => {
      const file = new HandlerFile(bed, 'broken');
      file.write('broken', 'throw Object.assign(new RangeError("not today"), { code: "ERR_TEST" });');
      await using server = workers.make({ max: 2 }, { handler: file.url });
      await expect(server.listen()).rejects.toMatchObject({
        name: 'RangeError',
        message: 'not today',
        code: 'ERR_TEST',
      });
      expectNothingLeft(workers, server);
    });

    test('ends its worker rejects, says how, and leaves nothing open', async () => {
      const file = new HandlerFile(bed, 'exiting');
      file.write('exiting', 'process.exit(3);');
      await using server = workers.make({ max: 2 }, { handler: file.url });
      const error: unknown = await server.listen().catch((reason: unknown) => reason);
      expect(engine.notStarted).toContain(codeOf(error));
      expect(toldBy(error)).toMatch(engine.deaths.exit!);
      expectNothingLeft(workers, server);
    });
  });
}

function expectNothingLeft(workers: WorkerBed, server: ReturnType<WorkerBed['make']>): void {
  expect(server.state).toBe('closed');
  expect(server.fileno()).toBe(-1);
  expect(workers.present(server)).toBe(0);
  expect(server.errors.entries).toEqual([]);
}
