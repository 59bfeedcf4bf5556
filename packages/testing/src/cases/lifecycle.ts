import { describe, expect } from '@jest/globals';
import { test } from '../case.js';
import { connectTo, readAll } from '../clients/stream-client.js';
import { openDescriptors, settledDescriptors } from '../descriptors.js';
import { Gate } from '../gate.js';
import { Log } from '../log.js';
import type { TestBed } from '../test-bed.js';
import { turns } from '../until.js';

const SERVERS = 20;
/** Each starts its threads or processes before it can end: that takes a while beside other work. */
const MANY_STARTS_MS = 90_000;
const FAILED_BINDS = 1_024;

/** Starting, stopping, starting again; one request at a time by hand. */
export function lifecycleCases(bed: TestBed): void {
  const upper = bed.handler('upper');

  describe('starts and stops:', () => {
    test(
      `${SERVERS} servers that are shut down right after they start`,
      async () => {
        const servers = Array.from({ length: SERVERS }, () => bed.make(upper));
        for (const server of servers) {
          const loop = server.serveForever();
          await server.shutdown();
          await loop;
          await server.serverClose();
          expect(server.fileno()).toBe(-1);
          expect(server.state).toBe('closed');
        }
      },
      MANY_STARTS_MS,
    );

    test('closed before it has listened, and right after', async () => {
      const idle = bed.make(upper);
      await idle.serverClose();
      expect(idle.state).toBe('closed');

      const listening = bed.make(upper);
      await listening.listen();
      expect(listening.fileno()).toBeGreaterThan(2);
      await listening.serverClose();
      expect(listening.fileno()).toBe(-1);
    });

    if (!bed.composition.concurrent && bed.isStream) {
      test('a loop that begins again waits for the request of the last one', async () => {
        await using gate = await Gate.open();
        await using server = bed.make(bed.handler('gated'), { context: { gate: gate.port } });
        const first = server.serveForever();
        await server.listen();
        const one = bed.ask(server, 'one');
        const visitor = await gate.visitor();
        await server.shutdown();
        await first;
        const second = server.serveForever();
        const two = bed.ask(server, 'two');
        await turns();
        expect(gate.arrived).toBe(1);
        visitor.letPass();
        (await gate.visitor()).letPass();
        expect(await Promise.all([one, two])).toEqual(['ONE', 'TWO']);
        await server.close();
        await second;
      });
    }

    test('`await using` closes it', async () => {
      const server = bed.make(upper);
      {
        await using _ = server;
        await server.listen();
      }
      expect(server.state).toBe('closed');
    });

    test('listening tells its real address', async () => {
      await using server = bed.make(upper);
      await server.listen();
      if (bed.isUnix) expect(server.serverAddress).toEqual({ path: expect.any(String) });
      else
        expect(server.serverAddress).toEqual({ host: '127.0.0.1', port: expect.any(Number), family: 'IPv4' });
      expect(server.serverAddress).not.toMatchObject({ port: 0 });
      expect(server.addressFamily).toBe(bed.isUnix ? 'AF_UNIX' : 'AF_INET');
      expect(server.state).toBe('listening');
    });

    test(`${FAILED_BINDS} binds that fail leave no descriptor open`, async () => {
      // TEST-NET-1 (RFC 5737): no interface has an address of it.
      const nowhere = bed.isUnix ? { path: `${bed.freePath()}/no/such` } : { host: '192.0.2.1', port: 0 };
      const code = bed.isUnix ? 'ENOENT' : 'EADDRNOTAVAIL';
      const failToListen = async (): Promise<void> => {
        const server = new bed.Server(nowhere, upper);
        await expect(server.listen()).rejects.toMatchObject({ code });
        expect(server.state).toBe('closed');
      };
      await failToListen();
      const before = openDescriptors();
      for (let bind = 1; bind < FAILED_BINDS; bind++) await failToListen();
      expect(await settledDescriptors(before)).toBeLessThanOrEqual(before);
    });

    test('serving twice at once is refused', async () => {
      await using served = await bed.serve(upper);
      const refused = { code: 'ERR_SOCKETSERVER_ALREADY_SERVING' };
      await expect(served.server.serveForever()).rejects.toMatchObject(refused);
      if (!bed.acceptsInWorkers) await expect(served.server.handleRequest()).rejects.toMatchObject(refused);
      expect(await bed.ask(served.server, 'still here')).toBe('STILL HERE');
    });

    test('use after close is refused', async () => {
      const server = bed.make(upper);
      await server.listen();
      await server.close();
      const refused = { code: 'ERR_SOCKETSERVER_CLOSED' };
      await expect(server.serveForever()).rejects.toMatchObject(refused);
      if (!bed.acceptsInWorkers) await expect(server.handleRequest()).rejects.toMatchObject(refused);

      const neverOpened = bed.make(upper);
      await neverOpened.close();
      await expect(neverOpened.listen()).rejects.toMatchObject(refused);
    });

    test('serving again after a shutdown, at the same address, whoever came in between included', async () => {
      await using served = await bed.serve(upper);
      const { server } = served;
      const { serverAddress } = server;
      expect(await bed.ask(server, 'before')).toBe('BEFORE');
      await server.shutdown();
      await served.loop;
      expect(server.state).toBe('listening');

      const connected = bed.isStream ? await connectTo(serverAddress) : undefined;
      connected?.end('in between');
      const inBetween = connected ? readAll(connected).then(String) : bed.ask(server, 'in between');
      const again = server.serveForever();
      expect(await inBetween).toBe('IN BETWEEN');
      expect(await bed.ask(server, 'after')).toBe('AFTER');
      expect(server.serverAddress).toEqual(serverAddress);
      await server.shutdown();
      await again;
    });

    test('shut down before it serves: the next loop ends at once', async () => {
      await using server = bed.make(upper);
      await server.shutdown();
      await server.serveForever();
      expect(server.state).toBe('listening');
    });

    test('shut down by a handler', async () => {
      await using served = await bed.serve(bed.handler('stopping'));
      expect(await bed.ask(served.server, 'stop')).toBe('stopping');
      await served.loop;
      expect(served.server.state).toBe('listening');
    });

    test('shut down by the signal of serveForever', async () => {
      await using server = bed.make(upper);
      await server.listen();
      const controller = new AbortController();
      const loop = server.serveForever({ signal: controller.signal });
      expect(await bed.ask(server, 'hello')).toBe('HELLO');
      controller.abort();
      await loop;
      expect(server.state).toBe('listening');
    });
  });

  describe('handleRequest', () => {
    test('takes exactly one request', async () => {
      bed.needsMain('single requests');
      await using server = bed.make(upper);
      await server.listen();
      const one = bed.ask(server, 'one');
      await server.handleRequest();
      expect(await one).toBe('ONE');
      const two = bed.ask(server, 'two');
      const three = bed.ask(server, 'three');
      await server.handleRequest();
      await Promise.race([two, three]);
      expect(server.stats().accepted).toBe(2);
      await server.handleRequest();
      expect(await Promise.all([two, three])).toEqual(['TWO', 'THREE']);
      expect(server.stats().accepted).toBe(3);
    });

    test('calls handleTimeout when none has come in time', async () => {
      let timeouts = 0;
      class Impatient extends bed.Server {
        override timeout = 5;
        override async handleTimeout(): Promise<void> {
          timeouts++;
        }
      }
      await using server = bed.make(upper, { Server: Impatient });
      await server.handleRequest();
      expect(timeouts).toBe(1);
      expect(server.stats().accepted).toBe(0);

      server.timeout = null;
      const late = bed.ask(server, 'late');
      await server.handleRequest();
      expect(await late).toBe('LATE');
      expect(timeouts).toBe(1);
    });
  });

  test('serviceActions is called while it serves; one that throws is reported, and called again', async () => {
    const calls = new Log<string>();
    class Servicing extends bed.Server {
      override async serviceActions(): Promise<void> {
        calls.add('called');
        if (calls.length === 1) throw new Error('the first time');
      }
    }
    await using server = bed.make(upper, { Server: Servicing });
    const loop = server.serveForever({ pollInterval: 1 });
    await calls.atLeast(3);
    expect(await bed.ask(server, 'hello')).toBe('HELLO');
    await server.shutdown();
    await loop;
    expect(server.errors.entries).toEqual([
      {
        error: expect.objectContaining({ message: 'the first time' }),
        request: undefined,
        clientAddress: undefined,
      },
    ]);
  });
}
