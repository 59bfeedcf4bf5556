import { expect } from '@jest/globals';
import { test } from '../../case.js';
import { Gate } from '../../gate.js';
import { until } from '../../until.js';
import type { WorkerBed } from '../../worker-bed.js';

const CLIENTS = 10;

/** The end of a server whose workers have more to do than they can do at once. */
export function closingCases(workers: WorkerBed): void {
  test.each([{ requestsPerWorker: 1 }, { maxRequests: 1, standby: 1 }])(
    'close() serves those that wait for a worker (%j)',
    async (pool) => {
      await using gate = await Gate.open();
      await using served = await workers.serve({ max: 2, ...pool }, { context: { gate: gate.port } });
      const { server } = served;
      const answers = Array.from({ length: CLIENTS }, () => workers.ask(server, 'hold'));
      const first = await workers.held(gate);
      if (workers.bed.acceptsInWorkers) await until(() => server.stats().active === 2);
      else await until(() => (server.stats() as unknown as { waiting: number }).waiting === CLIENTS - 2);
      const closed = server.close();
      first.letPass();
      for (let client = 1; client < CLIENTS; client++) (await workers.held(gate)).letPass();
      expect(await Promise.all(answers)).toHaveLength(CLIENTS);
      // Those that workers had not taken were not running when close() was called.
      const drained = workers.bed.acceptsInWorkers ? (expect.any(Number) as unknown) : CLIENTS;
      expect(await closed).toEqual({ drained, cut: 0, killed: 0, abandoned: 0 });
      await workers.expectEnds(server, { completed: CLIENTS, failed: 0 });
    },
  );
}
