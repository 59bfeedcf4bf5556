import { describe, expect } from '@jest/globals';
import { test } from '../../case.js';
import { connectTo, readAll, readLine } from '../../clients/stream-client.js';
import { Gate } from '../../gate.js';
import { HandlerFile } from '../../handler-file.js';
import { SteadyLoad } from '../../steady-load.js';
import { until } from '../../until.js';
import { codeOf, errorsOfRequests, type WorkerBed } from '../../worker-bed.js';
import { MANY_STARTS_MS } from './limits.js';

const CLIENTS = 8;
const RELOADS = 4;

/** The handler's module loaded anew, while the server serves. */
export function reloadCases(workers: WorkerBed): void {
  const { bed } = workers;

  describe('reload()', () => {
    test('new requests meet the new module and the present context, running ones the old', async () => {
      const file = new HandlerFile(bed, 'old');
      await using gate = await Gate.open();
      const context = { gate: gate.port, note: 1 };
      await using served = await workers.serve({ max: 2 }, { handler: file.url, context });
      const { server } = served;
      const present = workers.present(server);
      const running = workers.ask(server, 'hold');
      const held = await workers.held(gate);

      file.write('new');
      server.context = { ...context, note: 2 };
      await workers.reload(server);
      for (let request = 0; request < 10; request++) {
        expect(await workers.ask(server)).toMatchObject({ version: 'new', note: 2 });
      }
      expect(workers.present(server)).toBeGreaterThan(present);
      held.letPass();
      expect(await running).toEqual({ ...held.who, version: 'old', note: 1 });
      await until(() => workers.present(server) === present);
      await workers.expectEnds(server, { completed: 11, failed: 0 });
    });

    test(
      'under load refuses and drops nobody; who comes after it meets the new module',
      async () => {
        const file = new HandlerFile(bed, '0');
        await using served = await workers.serve({ max: 2 }, { handler: file.url });
        const { server } = served;
        const present = workers.present(server);
        let current = 0;
        await using load = new SteadyLoad(CLIENTS, async () => {
          const least = current;
          const { version } = await workers.ask(server);
          expect(Number(version)).toBeGreaterThanOrEqual(least);
        });
        for (let version = 1; version <= RELOADS; version++) {
          file.write(String(version));
          await workers.reload(server);
          current = version;
          await load.more(3 * CLIENTS);
        }
        await workers.expectEnds(server, { completed: await load.stop(), failed: 0 });
        await until(() => workers.present(server) === present);
      },
      MANY_STARTS_MS,
    );

    if (!workers.isFirst) return;

    test('one that is called while another runs begins after it', async () => {
      const file = new HandlerFile(bed, 'old');
      await using served = await workers.serve({ max: 2 }, { handler: file.url });
      const { server } = served;
      const present = workers.present(server);
      file.write('one');
      const [first, second] = [workers.reload(server), workers.reload(server)];
      await first;
      expect((await workers.ask(server)).version).toBe('one');
      file.write('two');
      await Promise.all([second, workers.reload(server)]);
      for (let request = 0; request < 4; request++) expect((await workers.ask(server)).version).toBe('two');
      // Each of the three has loaded the module in every worker.
      expect(file.loads).toHaveLength(4 * present);
      await until(() => workers.present(server) === present);
    });

    test('before listen() and after close() it is refused', async () => {
      const server = workers.make({ max: 1 });
      await expect(workers.reload(server)).rejects.toMatchObject({
        code: 'ERR_SOCKETSERVER_NOT_LISTENING',
      });
      await server.listen();
      await server.close();
      await expect(workers.reload(server)).rejects.toMatchObject({ code: 'ERR_SOCKETSERVER_CLOSED' });
    });

    test('close() ends one that runs', async () => {
      const file = new HandlerFile(bed, 'old');
      await using server = workers.make({ max: 1 }, { handler: file.url });
      await server.listen();
      file.write('never', 'await new Promise(() => {});');
      const reloading = workers.reload(server).catch((error: unknown) => error);
      await until(() => file.loads.length === 2);
      await server.close();
      expect(await reloading).toMatchObject({ code: 'ERR_SOCKETSERVER_CLOSED' });
      expect(workers.present(server)).toBe(0);
    });

    test('a worker that dies meanwhile is replaced by one of the new module', async () => {
      const file = new HandlerFile(bed, 'old');
      await using gate = await Gate.open();
      const context = { gate: gate.port };
      await using served = await workers.serve({ max: 2 }, { handler: file.url, context });
      const { server } = served;
      const present = workers.present(server);
      const dying = workers.send(server, 'die exit');
      const held = await workers.held(gate);
      file.write('new');
      const reloading = workers.reload(server);
      held.letPass();
      await Promise.all([reloading, dying]);
      for (let request = 0; request < 4; request++) expect((await workers.ask(server)).version).toBe('new');
      await workers.expectEnds(server, { completed: 4, failed: 1 });
      await until(() => workers.present(server) === present);
    });

    test('overtakes a start that hangs, of the module that it replaces', async () => {
      const file = new HandlerFile(bed, 'old');
      await using gate = await Gate.open();
      const context = { gate: gate.port };
      await using served = await workers.serve({ max: 2 }, { handler: file.url, context });
      const { server } = served;
      const present = workers.present(server);
      const endOne = async (): Promise<void> => {
        const dying = workers.send(server, 'die exit');
        (await workers.held(gate)).letPass();
        expect(await dying).toBe('');
      };
      file.write('hanging', 'await new Promise(() => {});');
      await endOne();
      await until(() => file.loads.some(({ version }) => version === 'hanging'));
      file.write('new');
      await workers.reload(server);
      await until(() => workers.present(server) === present);
      await endOne();
      await until(() => file.loads.filter(({ version }) => version === 'new').length === present + 1);
      await until(() => workers.present(server) === present);
      expect((await workers.ask(server)).version).toBe('new');
      await workers.expectEnds(server, { completed: 1, failed: 2 });
    });

    test('aborts the signal of handlers in the old workers', async () => {
      await using gate = await Gate.open();
      await using served = await workers.serve({ max: 1 }, { context: { gate: gate.port } });
      const running = workers.ask(served.server, 'aborted');
      (await workers.held(gate)).letPass();
      await workers.reload(served.server);
      expect(await running).toMatchObject({ version: '' });
    });

    test('five times leaves no old worker behind that only has idle connections', async () => {
      await using served = await workers.serve({ max: 1 }, { handler: bed.handler('upper') });
      const { server } = served;
      const present = workers.present(server);
      for (let reload = 0; reload < 5; reload++) {
        const socket = await connectTo(server.serverAddress);
        socket.write('hello\n');
        expect(await readLine(socket)).toBe('HELLO');
        const ended = readAll(socket);
        await workers.reload(server);
        expect((await ended).toString()).toBe('');
        socket.destroy();
      }
      await until(() => workers.present(server) === present);
      await workers.expectEnds(server, { completed: 5, failed: 0 });
    });

    test('ends after graceMs what does not heed that', async () => {
      await using gate = await Gate.open();
      await using served = await workers.serve({ max: 1 }, { context: { gate: gate.port } });
      const { server } = served;
      const present = workers.present(server);
      const held = await workers.hold(server, gate);
      await workers.reload(server, { graceMs: 20 });
      expect(await held.end).toBe('');
      await workers.expectEnds(server, { completed: 0, failed: 1 });
      const [error] = errorsOfRequests(server);
      expect(codeOf(error)).toBe('ERR_SOCKETSERVER_WORKER_DIED');
      expect((error as Error).message).toContain('`graceMs` (20 ms)');
      await until(() => workers.present(server) === present);
      expect((await workers.ask(server)).worker).not.toBe(held.who.worker);
    });

    test('refuses a graceMs that is no time', async () => {
      await using served = await workers.serve({ max: 1 });
      await expect(workers.reload(served.server, { graceMs: -1 })).rejects.toMatchObject({
        code: 'ERR_SOCKETSERVER_BAD_ARGUMENT',
      });
    });
  });
}
