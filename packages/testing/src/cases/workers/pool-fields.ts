import { describe, expect } from '@jest/globals';
import { test } from '../../case.js';
import { Gate } from '../../gate.js';
import { until } from '../../until.js';
import type { WorkerBed } from '../../worker-bed.js';
import type { PoolFields } from '../../workers.js';

/** The size of the pool, changed while the server serves. */
export function poolFieldCases(workers: WorkerBed): void {
  test('requests above what a worker runs at once wait, in order', async () => {
    workers.bed.needsMain('who waits');
    await using gate = await Gate.open();
    const pool = { max: 2, requestsPerWorker: 1 };
    await using served = await workers.serve(pool, { context: { gate: gate.port } });
    const { server } = served;
    const order: number[] = [];
    const ask = async (number: number): Promise<void> => {
      await workers.ask(server, 'hold');
      order.push(number);
    };
    const asked: Promise<void>[] = [];
    for (let number = 0; number < 6; number++) {
      asked.push(ask(number));
      await until(() => server.stats().active === number + 1);
    }
    const held = [await workers.held(gate), await workers.held(gate)];
    expect(gate.arrived).toBe(2);
    // One worker stays busy: the other one takes them one after the other.
    for (let number = 0; number < 5; number++) {
      held.shift()?.letPass();
      await until(() => order.length === number + 1);
      if (number < 4) held.unshift(await workers.held(gate));
    }
    held.shift()?.letPass();
    await Promise.all(asked);
    // Either of the first two may be the one that stayed busy.
    expect(order.slice(1, -1)).toEqual([2, 3, 4, 5]);
    await workers.expectEnds(server, { completed: 6, failed: 0 });
  });

  describe('the number of workers, set while serving,', () => {
    workers.test('grows', {
      run: async () => {
        await using gate = await Gate.open();
        await using served = await workers.serve({ max: 1 }, { context: { gate: gate.port } });
        const { server } = served;
        workers.tune(server, { max: 3 });
        await until(() => workers.present(server) === 3);
        const seen = new Set<string>();
        const answers = [];
        // A worker that has started but not joined yet would leave its share to the others.
        while (seen.size < 3) {
          answers.push(workers.ask(server, 'hold'));
          const held = await workers.held(gate);
          seen.add(held.who.worker);
          if (seen.size < answers.length) {
            held.letPass();
            await answers.pop();
          }
        }
        await gate[Symbol.asyncDispose]();
        expect((await Promise.all(answers)).map(({ worker }) => worker).toSorted()).toEqual(
          [...seen].toSorted(),
        );
      },
    });

    workers.test('shrinks; running requests are not cut', {
      run: async () => {
        await using gate = await Gate.open();
        await using served = await workers.serve({ max: 3 }, { context: { gate: gate.port } });
        const { server } = served;
        const { held } = await workers.holdInEach(3, server, gate);
        workers.tune(server, { max: 1 });
        // Further requests go to the one that stays.
        const seen = async (): Promise<Set<string>> => {
          const whos = await Promise.all([1, 2, 3].map(() => workers.ask(server)));
          return new Set(whos.map(({ worker }) => worker));
        };
        while ((await seen()).size > 1);
        expect(workers.present(server)).toBe(3);
        for (const request of held) request.letPass();
        const answers = await Promise.all(held.map(({ end }) => end));
        expect(answers.map((answer) => JSON.parse(answer) as unknown)).toEqual(held.map(({ who }) => who));
        await until(() => workers.present(server) === 1);
        await until(() => server.stats().active === 0);
        expect(server.errors.entries).toEqual([]);
      },
    });

    workers.test('of requests that one runs at once, is heeded', {
      run: async () => {
        await using gate = await Gate.open();
        const pool = { max: 1, requestsPerWorker: 1 };
        await using served = await workers.serve(pool, { context: { gate: gate.port } });
        const { server } = served;
        const answers = [workers.ask(server, 'hold'), workers.ask(server, 'hold')];
        const first = await workers.held(gate);
        await workers.untilActive(server, 2);
        expect(gate.arrived).toBe(1);
        workers.tune(server, { requestsPerWorker: 2 });
        const second = await workers.held(gate);
        first.letPass();
        second.letPass();
        expect(await Promise.all(answers)).toEqual([first.who, second.who]);
      },
    });

    workers.test('shrinks to a lower minimum once workers have been idle', {
      run: async () => {
        await using served = await workers.serve({ max: 3, min: 3, idleTimeout: 20 });
        const { server } = served;
        workers.tune(server, { min: 1 });
        await until(() => workers.present(server) === 1);
        expect((await workers.ask(server)).worker).not.toBe('');
      },
    });
  });

  test('a field that is set to what it cannot be keeps its value, while the server serves on', async () => {
    await using served = await workers.serve({ max: 2 });
    const { server } = served;
    const bad: PoolFields[] = [
      { max: 0 },
      { min: 3 },
      { standby: -1 },
      { requestsPerWorker: 0 },
      { maxRequests: 1.5 },
      { maxRequestsJitter: -1 },
      { maxMemory: -1 },
      { stuckTimeout: Infinity },
      { idleTimeout: -1 },
    ];
    for (const fields of bad) {
      const [name] = workers.namesOf(fields) as [keyof typeof server];
      const before = server[name];
      expect(() => workers.tune(server, fields)).toThrow(
        expect.objectContaining({
          code: 'ERR_SOCKETSERVER_BAD_ARGUMENT',
          message: expect.stringContaining(`\`${String(name)}\``),
        }),
      );
      expect(server[name]).toBe(before);
    }
    expect(workers.present(server)).toBe(2);
    await workers.ask(server);
  });
}
