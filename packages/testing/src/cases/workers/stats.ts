import { existsSync, writeFileSync } from 'node:fs';
import { describe, expect } from '@jest/globals';
import { Gate } from '../../gate.js';
import { HandlerFile } from '../../handler-file.js';
import type { RecordingServer } from '../../recording-server.js';
import { turns, until } from '../../until.js';
import type { WorkerBed } from '../../worker-bed.js';

const PASS_GATE = new URL('../../handlers/pass-gate.js', import.meta.url);

/** The figures that every pool of workers tells. */
interface PoolStats {
  workers: { serving: number; starting: number; draining: number };
  /** Requests that wait for a worker; they are among `active`. */
  waiting: number;
  /** Requests that a worker was given and did not begin, and that another one got. */
  redispatched: number;
}

export function statsCases(workers: WorkerBed): void {
  const { bed } = workers;
  const statsOf = (server: RecordingServer): PoolStats => server.stats() as unknown as PoolStats;

  describe('stats()', () => {
    workers.test('tells of workers that serve, start and drain', {
      run: async () => {
        const file = new HandlerFile(bed, 'old');
        await using gate = await Gate.open();
        const context = { gate: gate.port };
        await using served = await workers.serve({ max: 2, standby: 0 }, { handler: file.url, context });
        const { server } = served;
        const figures = (): unknown => statsOf(server).workers;
        expect(figures()).toEqual({ serving: 2, starting: 0, draining: 0 });
        const running = workers.ask(server, 'hold');
        const held = await workers.held(gate);
        file.write(
          'slow',
          `await (await import('${PASS_GATE.href}')).passGate({ gate: ${gate.port} }, 'loading');`,
        );
        const reloading = workers.reload(server);
        const loading = [await gate.visitor(), await gate.visitor()];
        expect(figures()).toEqual({ serving: 2, starting: 2, draining: 0 });
        for (const start of loading) start.letPass();
        await reloading;
        await until(() => statsOf(server).workers.draining === 1);
        expect(figures()).toEqual({ serving: 2, starting: 0, draining: 1 });
        held.letPass();
        await running;
        await until(() => statsOf(server).workers.draining === 0);
        expect(figures()).toEqual({ serving: 2, starting: 0, draining: 0 });
        await server.close();
        expect(figures()).toEqual({ serving: 0, starting: 0, draining: 0 });
      },
    });

    workers.test('tells how many requests wait for a worker', {
      run: async () => {
        workers.bed.needsMain('who waits');
        await using gate = await Gate.open();
        const pool = { max: 1, requestsPerWorker: 1 };
        await using served = await workers.serve(pool, { context: { gate: gate.port } });
        const { server } = served;
        expect(statsOf(server).waiting).toBe(0);
        const answers = [workers.ask(server, 'hold')];
        const held = await workers.held(gate);
        answers.push(...[1, 2, 3].map(() => workers.ask(server)));
        await until(() => server.stats().active === 4);
        await until(() => statsOf(server).waiting === 3);
        held.letPass();
        await Promise.all(answers);
        expect(statsOf(server).waiting).toBe(0);
      },
    });

    workers.test('tells how many requests went to another worker', {
      run: async () => {
        workers.bed.needsMain('who waits');
        await using gate = await Gate.open();
        await using served = await workers.serve({ max: 1 }, { context: { gate: gate.port } });
        const { server } = served;
        const go = bed.freePath();
        const blocking = workers.send(server, `blockAndDie ${go}`);
        (await workers.held(gate)).letPass();
        await until(() => existsSync(`${go}.blocked`));
        expect(statsOf(server).redispatched).toBe(0);
        const answers = Promise.all([1, 2, 3].map(() => workers.ask(server)));
        await until(() => server.stats().active === 4);
        await turns();
        writeFileSync(go, '');
        await Promise.all([answers, blocking]);
        const { redispatched } = statsOf(server);
        expect(redispatched).toBeGreaterThanOrEqual(1);
        expect(redispatched).toBeLessThanOrEqual(3);
      },
    });
  });
}
