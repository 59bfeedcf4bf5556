import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect } from '@jest/globals';
import { test } from '../../case.js';
import { Gate } from '../../gate.js';
import { HandlerFile } from '../../handler-file.js';
import type { RecordingServer } from '../../recording-server.js';
import { SteadyLoad } from '../../steady-load.js';
import { until } from '../../until.js';
import { errorsOfRequests, errorsOfServer, toldBy, type WorkerBed } from '../../worker-bed.js';
import { MANY_STARTS_MS } from './limits.js';

/** The waits between starts that fail one after the other, in ms. */
const WAITS_MS = [100, 200, 400, 800, 1_000, 1_000];
/** What Node's timers may be early. */
const EARLY_MS = 5;
const PACE_MS = 20;
const CLIENTS = 5;

const BROKEN = [
  ['throws', 'throw new Error("this module is broken");', /this module is broken/],
  ['ends its worker', 'process.exit(3);', /code:? 3\b/],
] as const;

/** A module that loads at first, and later no more. */
export function failingLaterCases(workers: WorkerBed): void {
  const { bed } = workers;

  /** Asks until one is answered. @returns how many were refused before, and by which module it was answered */
  async function untilAnswered(server: RecordingServer): Promise<{ refused: number; version: string }> {
    for (let refused = 0; ; refused++) {
      const answer = await workers.send(server, 'who');
      if (answer !== '') return { refused, version: (JSON.parse(answer) as { version: string }).version };
      await delay(PACE_MS);
    }
  }

  async function endWorker(server: RecordingServer, gate: Gate): Promise<void> {
    const dying = workers.send(server, 'die exit');
    (await workers.held(gate)).letPass();
    expect(await dying).toBe('');
  }

  describe.each(BROKEN)('a module that %s from now on, with no worker left', (_, statement, says) => {
    test(
      'is told of once a spell; clients are refused, not left waiting; once mended it is served again',
      async () => {
        workers.bed.needsMain('who waits');
        const file = new HandlerFile(bed, 'sound');
        await using gate = await Gate.open();
        const context = { gate: gate.port };
        await using served = await workers.serve({ max: 1 }, { handler: file.url, context });
        const { server } = served;
        let failed = 0;
        for (const spell of [1, 2]) {
          expect((await workers.ask(server)).version).toBe(spell === 1 ? 'sound' : 'mended 1');
          file.write('broken', statement);
          await endWorker(server, gate);
          const clients = Array.from({ length: CLIENTS }, () => workers.send(server, 'who'));
          for (const answer of await Promise.all(clients)) expect(answer).toBe('');
          failed += 1 + CLIENTS;
          await server.served(failed + 2 * spell - 1);
          expect(errorsOfServer(server)).toHaveLength(spell);
          expect(toldBy(errorsOfServer(server)[spell - 1])).toMatch(says);
          for (const error of errorsOfRequests(server).slice(-CLIENTS)) expect(toldBy(error)).toMatch(says);

          file.write(`mended ${spell}`);
          const { refused, version } = await untilAnswered(server);
          expect(version).toBe(`mended ${spell}`);
          failed += refused;
          expect(errorsOfServer(server)).toHaveLength(spell);
        }
        await workers.expectEnds(server, { completed: 4, failed });
      },
      MANY_STARTS_MS,
    );
  });

  const broken = BROKEN[0][1];

  test.each(['by itself', 'by reload()'])(
    'a module that loads no more, while another worker serves, is told of once; it is mended %s, and nobody was refused',
    async (how) => {
      const file = new HandlerFile(bed, 'sound');
      await using gate = await Gate.open();
      const context = { gate: gate.port };
      await using served = await workers.serve({ max: 2 }, { handler: file.url, context });
      const { server } = served;
      const present = workers.present(server);
      file.write('broken', broken);
      await endWorker(server, gate);
      await using load = new SteadyLoad(2, async () => {
        expect((await workers.ask(server)).version).not.toBe('broken');
      });
      await until(() => errorsOfServer(server).length === 1);
      await load.more(20);
      file.write('mended');
      if (how === 'by reload()') await workers.reload(server);
      await until(() => file.loads.some(({ version }) => version === 'mended'));
      await until(() => workers.present(server) === present);
      expect(errorsOfServer(server)).toHaveLength(1);
      await workers.expectEnds(server, { completed: await load.stop(), failed: 1 });
    },
    MANY_STARTS_MS,
  );

  for (const [how, statement] of BROKEN) {
    workers.test(
      `starts that fail because the module ${how} are tried for ever, less and less often, and told of after the third`,
      {
        run: async () => {
          const file = new HandlerFile(bed, 'sound');
          await using gate = await Gate.open();
          const context = { gate: gate.port };
          await using served = await workers.serve({ max: 1 }, { handler: file.url, context });
          const { server } = served;
          const starts = (): number[] =>
            file.loads.filter(({ version }) => version === 'broken').map(({ time }) => time);
          file.write('broken', statement);
          await endWorker(server, gate);
          await until(() => errorsOfServer(server).length === 1);
          expect(starts()).toHaveLength(3);
          // Nobody asks for it.
          await until(() => starts().length > WAITS_MS.length);
          const times = starts();
          for (const [index, wait] of WAITS_MS.entries()) {
            expect(times[index + 1]! - times[index]!).toBeGreaterThanOrEqual(wait - EARLY_MS);
          }
          file.write('mended');
          await until(() => file.loads.some(({ version }) => version === 'mended'));
          await untilAnswered(server);
          expect(errorsOfServer(server)).toHaveLength(1);
        },
        ms: MANY_STARTS_MS,
      },
    );
  }
}
