import { describe, expect } from '@jest/globals';
import { test } from '../../case.js';
import { HandlerFile } from '../../handler-file.js';
import { until } from '../../until.js';
import { codeOf, type WorkerBed } from '../../worker-bed.js';

/** A `reload()` of what cannot be loaded: the old workers go on. */
export function brokenReloadCases(workers: WorkerBed): void {
  const { bed, engine } = workers;
  const notStarted = engine.notStarted.map((code) => ({ code }));

  describe('reload() of a module that', () => {
    test.each([
      ['is no JavaScript', 'export default class {', [{ name: 'SyntaxError' }]],
      [
        'throws',
        'throw Object.assign(new RangeError("not today"), { code: "ERR_TEST" });',
        [{ name: 'RangeError', message: 'not today', code: 'ERR_TEST' }],
      ],
      ['ends its worker', 'process.exit(3);', notStarted],
      ['exports no handler', 'export default 5;', [{ code: 'ERR_SOCKETSERVER_BAD_HANDLER' }]],
    ])('%s rejects with why, and the old workers go on', async (_, source, errors) => {
      const file = new HandlerFile(bed, 'old');
      await using served = await workers.serve({ max: 2 }, { handler: file.url });
      const { server } = served;
      const present = workers.present(server);
      const before = await workers.ask(server);
      file.replaceBy(source);
      const error: unknown = await workers.reload(server).catch((reason: unknown) => reason);
      expect(errors).toContainEqual(expect.objectContaining(pick(error, errors)));
      await until(() => workers.present(server) === present);
      const seen = new Set<string>();
      for (let request = 0; request < 6; request++) {
        const { worker, version } = await workers.ask(server);
        expect(version).toBe('old');
        seen.add(worker);
      }
      expect([...seen]).toContain(before.worker);

      file.write('mended');
      await workers.reload(server);
      expect((await workers.ask(server)).version).toBe('mended');
      expect(server.errors.entries).toEqual([]);
    });
  });

  test('reload() with a context that cannot cross says where, and the old workers go on', async () => {
    await using served = await workers.serve({ max: 1 }, { context: { note: 'old' } });
    const { server } = served;
    const before = await workers.ask(server);
    server.context = { note: { f() {} } };
    const error: unknown = await workers.reload(server).catch((reason: unknown) => reason);
    expect(codeOf(error)).toBe('ERR_SOCKETSERVER_BAD_CONTEXT');
    expect((error as Error).message).toContain('context.note.f');
    expect(await workers.ask(server)).toEqual(before);
    expect(server.errors.entries).toEqual([]);
  });
}

/** Those members of an error that are expected of it. */
function pick(error: unknown, expected: readonly object[]): object {
  const names = Object.keys(expected[0] ?? {});
  return Object.fromEntries(names.map((name) => [name, (error as Record<string, unknown>)[name]]));
}
