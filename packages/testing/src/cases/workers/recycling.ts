import { describe, expect } from '@jest/globals';
import { test } from '../../case.js';
import { Gate } from '../../gate.js';
import { SteadyLoad } from '../../steady-load.js';
import { until } from '../../until.js';
import type { WorkerBed } from '../../worker-bed.js';
import { MANY_STARTS_MS } from './limits.js';

const CLIENTS = 4;

/** Workers that are replaced after so many requests, or with so much memory. */
export function recyclingCases(workers: WorkerBed): void {
  describe('a limit of requests', () => {
    test(
      'replaces workers under load; every request is served, and there are no more workers than before',
      async () => {
        await using served = await workers.serve({ max: 1, maxRequests: 5, maxRequestsJitter: 3 });
        const { server } = served;
        const present = workers.present(server);
        const counts = new Map<string, number>();
        await using load = new SteadyLoad(CLIENTS, async () => {
          const { worker } = await workers.ask(server);
          counts.set(worker, (counts.get(worker) ?? 0) + 1);
        });
        while (counts.size < 5) await load.more(1);
        await workers.expectEnds(server, { completed: await load.stop(), failed: 0 });
        // The last one may serve yet.
        for (const count of [...counts.values()].slice(0, -2)) expect(count).toBeGreaterThanOrEqual(5);
        await until(() => workers.present(server) === present);
      },
      MANY_STARTS_MS,
    );

    if (!workers.isFirst) return;

    test('does not cut the requests that the old worker runs, nor aborts them', async () => {
      await using gate = await Gate.open();
      await using served = await workers.serve({ max: 1, maxRequests: 2 }, { context: { gate: gate.port } });
      const { server } = served;
      const present = workers.present(server);
      const running = workers.ask(server, 'isAborted');
      const held = await workers.held(gate);
      let asked = 1;
      for (let worker = held.who.worker; worker === held.who.worker; asked++) {
        ({ worker } = await workers.ask(server));
      }
      held.letPass();
      expect(await running).toEqual({ note: false });
      await workers.expectEnds(server, { completed: asked, failed: 0 });
      await until(() => workers.present(server) === present);
    });

    test.each([0, 3])(
      'with a jitter of %i replaces no worker before its share',
      async (maxRequestsJitter) => {
        await using served = await workers.serve({ max: 1, maxRequests: 5, maxRequestsJitter });
        const { server } = served;
        const first = await workers.ask(server);
        for (let request = 1; request < 5; request++) expect(await workers.ask(server)).toEqual(first);
        await until(() => server.stats().active === 0);
        expect(server.errors.entries).toEqual([]);
      },
    );

    workers.test('of 1 gives every request a fresh worker, and runs no more than max', {
      run: async () => {
        await using gate = await Gate.open();
        await using served = await workers.serve(
          { max: 2, maxRequests: 1 },
          { context: { gate: gate.port } },
        );
        const { server } = served;
        const present = workers.present(server);
        const answers = Promise.all(Array.from({ length: 10 }, () => workers.ask(server, 'hold')));
        for (let passed = 0; passed < 10; passed++) {
          const held = await workers.held(gate);
          // The next one may have come; nobody comes who would be the third.
          expect(gate.arrived).toBeLessThanOrEqual(passed + 2);
          held.letPass();
        }
        expect(new Set((await answers).map(({ worker }) => worker)).size).toBe(10);
        await workers.expectEnds(server, { completed: 10, failed: 0 });
        await until(() => workers.present(server) === present);
      },
      ms: MANY_STARTS_MS,
    });
  });

  if (!workers.isFirst) return;

  describe('a limit of memory', () => {
    test(
      'replaces a worker that has grown above it; nothing is cut, and nothing lost',
      async () => {
        const { limit, leakMb } = workers.engine.memory;
        await using gate = await Gate.open();
        await using served = await workers.serve(
          { max: 1, maxMemory: limit },
          { context: { gate: gate.port } },
        );
        const { server } = served;
        const present = workers.present(server);
        const running = workers.ask(server, 'hold');
        const held = await workers.held(gate);
        const grown = await workers.ask(server, `leak ${leakMb}`);
        expect(grown).toEqual(held.who);
        let asked = 2;
        for (let { worker } = grown; worker === grown.worker; asked++)
          ({ worker } = await workers.ask(server));
        held.letPass();
        expect(await running).toEqual(held.who);
        await workers.expectEnds(server, { completed: asked, failed: 0 });
        await until(() => workers.present(server) === present);
      },
      MANY_STARTS_MS,
    );
  });
}
