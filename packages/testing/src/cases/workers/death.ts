import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect } from '@jest/globals';
import { test } from '../../case.js';
import { Gate } from '../../gate.js';
import { HandlerFile } from '../../handler-file.js';
import type { Who } from '../../handlers/worker-orders.js';
import { SteadyLoad } from '../../steady-load.js';
import { turns, until } from '../../until.js';
import { codeOf, errorsOfRequests, toldBy, type WorkerBed } from '../../worker-bed.js';
import type { Death } from '../../workers.js';
import { MANY_STARTS_MS } from './limits.js';

const CLIENTS = 16;
const KILLS = 8;

/** Workers that die. */
export function deathCases(workers: WorkerBed): void {
  const { bed, engine } = workers;
  const ways = Object.entries(engine.deaths) as [Death, RegExp][];

  describe('a worker that dies', () => {
    test.each(workers.isFirst ? ways : ways.slice(0, 1))(
      'of %s: its requests fail, each once, with what it died of; those of others go on',
      async (way, says) => {
        await using gate = await Gate.open();
        await using served = await workers.serve({ max: 2 }, { context: { gate: gate.port } });
        const { server } = served;
        const present = workers.present(server);
        const { held, more } = await workers.holdInEach(2, server, gate);
        const last = workers.send(server, `die ${way}`);
        const dying = await workers.held(gate);
        const mate = held.findIndex(({ who }) => who.worker === dying.who.worker);
        dying.letPass();

        expect(await last).toBe('');
        expect(await held[mate]?.end).toBe('');
        await server.served(more + 2);
        for (const { error, request, clientAddress } of server.errors.entries) {
          expect(engine.died).toContain(codeOf(error));
          expect(toldBy(error)).toMatch(says);
          expect(request !== undefined).toBe(!workers.bed.acceptsInWorkers);
          expect(clientAddress !== undefined).toBe(!workers.bed.acceptsInWorkers);
        }
        expect(server.stats()).toMatchObject({ accepted: more + 3, active: 1, completed: more, failed: 2 });
        expect(server.errors).toHaveLength(2);
        const stranger = held[1 - mate]!;
        stranger.letPass();
        if (bed.isStream) expect(JSON.parse(await stranger.end)).toEqual(stranger.who);
        for (let request = 0; request < 4; request++) {
          expect((await workers.ask(server)).worker).not.toBe(dying.who.worker);
        }
        await workers.expectEnds(server, { completed: more + 5, failed: 2 });
        await until(() => workers.present(server) === present);
      },
    );

    test('leaves the requests that it had not begun to another, which runs each once', async () => {
      await using gate = await Gate.open();
      await using served = await workers.serve({ max: 1 }, { context: { gate: gate.port } });
      const { server } = served;
      const [go, log] = [bed.freePath(), bed.freePath()];
      const blocking = workers.send(server, `blockAndDie ${go}`);
      const dying = await workers.held(gate);
      dying.letPass();
      await until(() => existsSync(`${go}.blocked`));
      const names = ['a', 'b', 'c', 'd', 'e'];
      const answers = Promise.all(names.map((name) => workers.ask(server, `append ${log} ${name}`)));
      await workers.untilActive(server, 6);
      await turns();
      writeFileSync(go, '');

      expect(await blocking).toBe('');
      for (const { worker } of await answers) expect(worker).not.toBe(dying.who.worker);
      expect(readFileSync(log, 'utf8').trimEnd().split('\n').toSorted()).toEqual(names);
      await workers.expectEnds(server, { completed: 5, failed: 1 });
      expect(engine.died).toContain(codeOf(errorsOfRequests(server)[0]));
    });

    if (!workers.isFirst) return;

    test.each(ways)('of %s without a request is replaced, and nobody is told', async (way) => {
      const file = new HandlerFile(bed, 'any');
      await using served = await workers.serve({ max: 1 }, { handler: file.url });
      const { server } = served;
      const present = workers.present(server);
      const go = bed.freePath();
      const { worker } = await workers.ask(server, `dieLater ${go} ${way}`);
      await server.served(1);
      writeFileSync(go, '');
      // Until it is gone it may be given requests, which then fail or run elsewhere.
      await until(() => file.loads.length === 2);
      await until(() => workers.present(server) === present);
      expect((await workers.ask(server)).worker).not.toBe(worker);
      await workers.expectEnds(server, { completed: 2, failed: 0 });
      expect(server.errors.entries).toEqual([]);
    });

    test('while close() waits for its request ends close()', async () => {
      await using gate = await Gate.open();
      await using served = await workers.serve({ max: 1 }, { context: { gate: gate.port } });
      const { server } = served;
      const dying = workers.send(server, 'die exit');
      const held = await workers.held(gate);
      const closed = server.close();
      await turns();
      held.letPass();
      expect(await closed).toEqual({ drained: 1, cut: 0, killed: 0, abandoned: 0 });
      expect(await dying).toBe('');
      await workers.expectEnds(server, { completed: 0, failed: 1 });
      expect(workers.present(server)).toBe(0);
    });
  });

  if (!bed.isStream) return;

  test(
    'workers that die while many connect: no client hangs, and the count is exact',
    async () => {
      await using gate = await Gate.open();
      await using served = await workers.serve({ max: 2 }, { context: { gate: gate.port } });
      const { server } = served;
      const present = workers.present(server);
      const fates = { answered: 0, ended: 0 };
      let latest: Who | undefined;
      await using load = new SteadyLoad(CLIENTS, async () => {
        const answer = await workers.send(server, 'who');
        fates[answer === '' ? 'ended' : 'answered']++;
        if (answer !== '') latest = JSON.parse(answer) as Who;
      });
      const dead = new Set<string>();
      let deaths = 0;
      for (; deaths < KILLS; deaths++) {
        // Of the workers that serve: ending those that start would show nothing of requests.
        await until(() => latest !== undefined && !dead.has(latest.worker));
        dead.add(await endOne(workers, { gate, served, who: latest! }));
      }
      // A process is killed from outside; in a thread a request ends it, which fails.
      const orders = engine.deaths.SIGKILL === undefined ? deaths : 0;
      await load.stop();
      await until(() => server.stats().active === 0);
      const { accepted, completed, failed, rejected } = server.stats();
      const connected = fates.answered + fates.ended + orders;
      expect(accepted).toBeLessThanOrEqual(connected);
      // A process that takes requests for itself may be killed between accept(2) and its next instruction.
      const uncounted = bed.acceptsInWorkers && engine.deaths.SIGKILL !== undefined ? deaths : 0;
      expect(accepted).toBeGreaterThanOrEqual(connected - uncounted);
      expect(completed + failed).toBe(accepted);
      expect(rejected).toBe(0);
      // A request may fail after its answer has left; but nobody is let down without a report.
      expect(fates.ended + orders - uncounted).toBeLessThanOrEqual(failed);
      expect(errorsOfRequests(server)).toHaveLength(failed);
      for (const { error } of server.errors.entries) expect(engine.died).toContain(codeOf(error));
      await until(() => workers.present(server) === present);
      await workers.ask(server);
    },
    MANY_STARTS_MS,
  );

  if (!workers.isFirst) return;

  test.each([
    [1, /^x{4096}… \(1048576 characters\)$/],
    [64, /^… \(67108864 characters\)$/],
  ])('an error with texts of %i MB is reported cut, and the worker goes on', async (mb, shown) => {
    await using served = await workers.serve({ max: 1 });
    const { server } = served;
    const { worker } = await workers.ask(server);
    expect(await workers.send(server, `throw ${mb * 1_048_576}`)).toBe('');
    expect((await workers.ask(server)).worker).toBe(worker);
    await workers.expectEnds(server, { completed: 2, failed: 1 });
    const [error] = errorsOfRequests(server) as [Error];
    for (const text of [error.message, error.name, (error.cause as Error).message]) {
      expect(text).toMatch(shown);
      expect(text.length).toBeLessThan(5_000);
    }
    expect(error.stack?.length).toBeLessThan(10_000);
  });
}

/** @returns which worker that was */
async function endOne(
  workers: WorkerBed,
  {
    gate,
    served: { server },
    who,
  }: { gate: Gate; served: { server: Parameters<WorkerBed['ask']>[0] }; who: Who },
): Promise<string> {
  if (workers.engine.deaths.SIGKILL !== undefined) {
    process.kill(who.pid, 'SIGKILL');
    return who.worker;
  }
  const order = gate.arrived % 2 === 0 ? 'die exit' : 'die uncaught';
  const end = workers.send(server, order);
  const held = await workers.held(gate);
  held.letPass();
  expect(await end).toBe('');
  return held.who.worker;
}
