import { existsSync } from 'node:fs';
import { describe, expect } from '@jest/globals';
import { test } from '../../case.js';
import { Gate } from '../../gate.js';
import { HandlerFile } from '../../handler-file.js';
import { until } from '../../until.js';
import { codeOf, errorsOfRequests, type WorkerBed } from '../../worker-bed.js';

/** Beside heavy load a worker may not be scheduled for half a second. */
const STUCK_MS = 1_000;
/** A module may take longer to load than a request to turn: each such start takes 10 s in threads. */
const STUCK_LOADING_MS = 90_000;

/** Workers whose event loop does not turn. */
export function stuckCases(workers: WorkerBed): void {
  const { bed } = workers;

  describe('a worker that loops for ever', () => {
    test('is replaced: its requests fail, each once, and those of others go on', async () => {
      await using gate = await Gate.open();
      const context = { gate: gate.port };
      await using served = await workers.serve({ max: 2, stuckTimeout: STUCK_MS }, { context });
      const { server } = served;
      const present = workers.present(server);
      const { held, more } = await workers.holdInEach(2, server, gate);
      const looping = workers.send(server, `loop ${bed.freePath()}`);
      const stuck = await workers.held(gate);
      const mate = held.findIndex(({ who }) => who.worker === stuck.who.worker);
      stuck.letPass();

      expect(await looping).toBe('');
      expect(await held[mate]?.end).toBe('');
      await server.served(more + 2);
      for (const error of errorsOfRequests(server)) {
        expect(codeOf(error)).toBe('ERR_SOCKETSERVER_STUCK');
        const [, ms] = /(\d[\d,]*) ms/.exec((error as Error).message) ?? [];
        expect(Number(ms?.replaceAll(',', ''))).toBeGreaterThanOrEqual(STUCK_MS);
      }
      const stranger = held[1 - mate]!;
      expect(server.stats()).toMatchObject({ accepted: more + 3, active: 1, completed: more, failed: 2 });
      expect(server.errors).toHaveLength(2);
      stranger.letPass();
      if (bed.isStream) expect(JSON.parse(await stranger.end)).toEqual(stranger.who);
      for (let request = 0; request < 4; request++) {
        expect((await workers.ask(server)).worker).not.toBe(stuck.who.worker);
      }
      await workers.expectEnds(server, { completed: more + 5, failed: 2 });
      await until(() => workers.present(server) === present);
    });

    test('leaves the requests that it had not begun to another', async () => {
      await using gate = await Gate.open();
      const context = { gate: gate.port };
      await using served = await workers.serve({ max: 1, stuckTimeout: STUCK_MS }, { context });
      const { server } = served;
      const begun = bed.freePath();
      const looping = workers.send(server, `loop ${begun}`);
      const stuck = await workers.held(gate);
      stuck.letPass();
      await until(() => existsSync(begun));
      const others = await Promise.all([1, 2, 3].map(() => workers.ask(server)));
      for (const { worker } of others) expect(worker).not.toBe(stuck.who.worker);
      expect(await looping).toBe('');
      await workers.expectEnds(server, { completed: 3, failed: 1 });
      expect(errorsOfRequests(server).map(codeOf)).toEqual(['ERR_SOCKETSERVER_STUCK']);
    });

    if (!workers.isFirst) return;

    test('is not one that has long turns, each shorter', async () => {
      await using served = await workers.serve({ max: 1, stuckTimeout: 3 * STUCK_MS });
      const { server } = served;
      const first = await workers.ask(server);
      for (let turn = 0; turn < 5; turn++) {
        expect(await workers.ask(server, `spin ${0.75 * STUCK_MS}`)).toEqual(first);
      }
      await workers.expectEnds(server, { completed: 6, failed: 0 });
    });

    test(
      'while it loads the module fails listen() and reload()',
      async () => {
        const file = new HandlerFile(bed, 'looping');
        file.write('looping', 'for (;;);');
        const pool = { max: 1, stuckTimeout: STUCK_MS };
        await using never = workers.make(pool, { handler: file.url });
        await expect(never.listen()).rejects.toMatchObject({ code: 'ERR_SOCKETSERVER_STUCK' });
        expect(workers.present(never)).toBe(0);

        file.write('sound');
        await using served = await workers.serve(pool, { handler: file.url });
        file.write('looping', 'for (;;);');
        await expect(workers.reload(served.server)).rejects.toMatchObject({ code: 'ERR_SOCKETSERVER_STUCK' });
        expect((await workers.ask(served.server)).version).toBe('sound');
      },
      STUCK_LOADING_MS,
    );
  });
}
