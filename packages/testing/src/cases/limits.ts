import { describe, expect } from '@jest/globals';
import { test } from '../case.js';
import type { OverloadAction } from '@socketserver/core';
import { connectTo, readAll } from '../clients/stream-client.js';
import { Gate } from '../gate.js';
import type { RecordingServer } from '../recording-server.js';
import type { TestBed } from '../test-bed.js';
import { turns, until } from '../until.js';

/** How many requests a server takes, and when it takes none. */
export function limitCases(bed: TestBed): void {
  describe('suspend()', () => {
    test('leaves clients waiting until resume(), at the same address', async () => {
      await using served = await bed.serve(bed.handler('upper'));
      const { server } = served;
      const { serverAddress } = server;
      server.suspend();
      server.suspend();
      expect(server.status()).toMatchObject({ state: 'suspended', serverAddress, stats: { accepted: 0 } });
      const answer = bed.ask(server, 'hello');
      await turns();
      expect(server.stats().accepted).toBe(0);
      server.resume();
      expect(await answer).toBe('HELLO');
      server.resume();
      expect(server.status()).toMatchObject({ state: 'serving', serverAddress });
    });

    test('lets running requests go on; drain() waits for them', async () => {
      await using gate = await Gate.open();
      await using served = await bed.serve(bed.handler('gated'), { context: { gate: gate.port } });
      const { server } = served;
      const answer = bed.ask(server, 'hello');
      const visitor = await gate.visitor();
      let isDrained = false;
      const drained = server.drain().then(() => (isDrained = true));
      await turns();
      expect({ isDrained, state: server.state }).toEqual({ isDrained: false, state: 'suspended' });
      visitor.letPass();
      expect(await answer).toBe('HELLO');
      await drained;
      expect(server.stats()).toMatchObject({ active: 0, completed: 1 });
    });

    test('a suspended server can be shut down, and closed', async () => {
      await using served = await bed.serve(bed.handler('upper'));
      served.server.suspend();
      await served.server.shutdown();
      await served.loop;
      expect(served.server.state).toBe('suspended');
      served.server.resume();
      expect(served.server.state).toBe('listening');
    });
  });

  handleRequestCases(bed);

  test.each([
    ['maxConnections', 0],
    ['maxConnections', NaN],
    ['maxConnections', '10'],
    ['maxConnectionsPerHost', 0],
    ['acceptRate', 0],
    ['overload', 'drop'],
    ['requestTimeout', -1],
    ['timeoutGrace', Infinity],
  ])('%s %p fails listen()', async (name, value) => {
    const server = bed.make(bed.handler('upper'), { fields: { [name]: value } });
    await expect(server.listen()).rejects.toMatchObject({
      code: 'ERR_SOCKETSERVER_BAD_ARGUMENT',
      message: expect.stringContaining(`Expected \`${name}\` to be`),
    });
  });

  if (bed.isStream && bed.composition.concurrent) overloadCases(bed);
}

function handleRequestCases(bed: TestBed): void {
  if (bed.acceptsInWorkers) return; // it is refused
  describe('handleRequest() heeds', () => {
    test('suspend(), within timeout', async () => {
      const { server, timeouts } = timing(bed, 'upper');
      await using _ = server;
      await server.listen();
      server.suspend();
      const answer = bed.ask(server, 'hello');
      await server.handleRequest();
      expect({ timeouts: timeouts(), accepted: server.stats().accepted }).toEqual({
        timeouts: 1,
        accepted: 0,
      });
      server.resume();
      server.timeout = null;
      await server.handleRequest();
      expect(await answer).toBe('HELLO');
    });

    if (!bed.composition.concurrent) return;

    test('maxConnections, within timeout', async () => {
      await using gate = await Gate.open();
      const { server, timeouts } = timing(bed, 'gated', { context: { gate: gate.port }, maxConnections: 1 });
      await using _ = server;
      await server.listen();
      const one = bed.ask(server, 'one');
      await server.handleRequest();
      const first = await gate.visitor();
      const two = bed.ask(server, 'two');
      await server.handleRequest();
      expect(timeouts()).toBe(1);
      expect(server.stats()).toMatchObject({ accepted: 1, active: 1 });
      server.timeout = null;
      const handled = server.handleRequest(); // waits for room
      await turns();
      expect(server.stats()).toMatchObject({ accepted: 1, active: 1 });
      first.letPass();
      await handled;
      (await gate.visitor()).letPass();
      expect(await Promise.all([one, two])).toEqual(['ONE', 'TWO']);
    });

    if (bed.composition.kind !== 'tcp') return;

    test('maxConnectionsPerHost', async () => {
      await using gate = await Gate.open();
      const { server, timeouts } = timing(bed, 'gated', {
        context: { gate: gate.port },
        maxConnectionsPerHost: 1,
      });
      await using _ = server;
      await server.listen();
      const one = bed.ask(server, 'one');
      await server.handleRequest();
      const refused = isRefused(bed, server);
      await server.handleRequest();
      expect(await refused).toBe(true);
      expect(timeouts()).toBe(1);
      expect(server.stats()).toMatchObject({ active: 1, rejected: 1 });
      (await gate.visitor()).letPass();
      expect(await one).toBe('ONE');
    });

    test('acceptRate', async () => {
      const { server, timeouts } = timing(bed, 'upper', { acceptRate: 0.01 });
      await using _ = server;
      await server.listen();
      const answer = bed.ask(server, 'hello');
      await server.handleRequest();
      expect(await answer).toBe('HELLO');
      await server.handleRequest();
      expect({ timeouts: timeouts(), accepted: server.stats().accepted }).toEqual({
        timeouts: 1,
        accepted: 1,
      });
    });
  });
}

/** A server with a short `timeout` that counts how often it has passed. */
function timing(
  bed: TestBed,
  handler: string,
  fields: Record<string, unknown> = {},
): { server: RecordingServer; timeouts: () => number } {
  let timeouts = 0;
  class Server extends bed.Server {
    override timeout: number | null = 150;
    override handleTimeout(): void {
      timeouts++;
    }
  }
  return {
    server: Object.assign(bed.make(bed.handler(handler), { Server }), fields),
    timeouts: () => timeouts,
  };
}

function overloadCases(bed: TestBed): void {
  describe('overload', () => {
    test("'reject' closes clients at once, and counts them", async () => {
      await using gate = await Gate.open();
      await using served = await bed.serve(bed.handler('gated'), {
        context: { gate: gate.port },
        fields: { maxConnections: 1, overload: 'reject' },
      });
      const { server } = served;
      const answer = bed.ask(server, 'hello');
      const visitor = await gate.visitor();
      for (let refused = 1; refused <= 3; refused++) {
        expect(await isRefused(bed, server)).toBe(true);
        expect(server.stats()).toMatchObject({ accepted: 1 + refused, active: 1, rejected: refused });
      }
      visitor.letPass();
      expect(await answer).toBe('HELLO');
      await server.served(4);
      expect(server.hooksByRequest()).toContainEqual(['get']); // a refused client is not even verified
      const next = bed.ask(server, 'next');
      (await gate.visitor()).letPass();
      expect(await next).toBe('NEXT');
    });

    test('a function decides for each: accept, reject, pause', async () => {
      await using gate = await Gate.open();
      const decisions: OverloadAction[] = ['accept', 'reject', 'pause'];
      const asked: unknown[] = [];
      await using served = await bed.serve(bed.handler('gated'), {
        context: { gate: gate.port },
        fields: {
          maxConnections: 1,
          overload: (_, clientAddress) => {
            asked.push(clientAddress);
            return decisions.shift() ?? 'pause';
          },
        },
      });
      const { server } = served;
      const one = bed.ask(server, 'one');
      const first = await gate.visitor();
      const two = bed.ask(server, 'two'); // accepted
      const second = await gate.visitor();
      expect(await isRefused(bed, server)).toBe(true);
      const three = bed.ask(server, 'three'); // waits
      await until(() => asked.length === 3);
      expect(server.stats()).toMatchObject({ active: 2, rejected: 1 });
      first.letPass();
      second.letPass();
      (await gate.visitor()).letPass();
      expect(await Promise.all([one, two, three])).toEqual(['ONE', 'TWO', 'THREE']);
      await server.served(4);
      expect(server.stats()).toMatchObject({ accepted: 4, completed: 3, rejected: 1 });
    });

    test('maxConnections, lowered to what runs, lets nobody in before somebody has left', async () => {
      await using gate = await Gate.open();
      await using served = await bed.serve(bed.handler('gated'), {
        context: { gate: gate.port },
        fields: { maxConnections: 10 },
      });
      const { server } = served;
      const answers = [bed.ask(server, 'one'), bed.ask(server, 'two')];
      const visitors = [await gate.visitor(), await gate.visitor()];
      server.maxConnections = 2;
      await server.untilSet();
      const third = bed.ask(server, 'three');
      await turns();
      expect({ arrived: gate.arrived, accepted: server.stats().accepted }).toEqual({
        arrived: 2,
        accepted: 2,
      });
      visitors[0]?.letPass();
      const last = await gate.visitor();
      expect(server.stats()).toMatchObject({ accepted: 3, active: 2 });
      for (const visitor of [visitors[1], last]) visitor?.letPass();
      expect(await Promise.all([...answers, third])).toEqual(['ONE', 'TWO', 'THREE']);
    });

    test('a function that throws is reported, and its client is refused', async () => {
      await using gate = await Gate.open();
      await using served = await bed.serve(bed.handler('gated'), {
        context: { gate: gate.port },
        fields: {
          maxConnections: 1,
          overload: () => {
            throw new Error('undecided');
          },
        },
      });
      const { server } = served;
      const answer = bed.ask(server, 'hello');
      const visitor = await gate.visitor();
      expect(await isRefused(bed, server)).toBe(true);
      expect(server.errors.entries).toMatchObject([{ error: { message: 'undecided' } }]);
      visitor.letPass();
      expect(await answer).toBe('HELLO');
    });

    test('a client that waits is not begun when the server ends', async () => {
      await using gate = await Gate.open();
      await using served = await bed.serve(bed.handler('gated'), {
        context: { gate: gate.port },
        fields: { maxConnections: 1, overload: () => 'pause' },
      });
      const { server } = served;
      const answer = bed.ask(server, 'hello');
      const visitor = await gate.visitor();
      const waiting = await connectTo(server.serverAddress);
      waiting.on('error', () => {});
      await until(() => server.calls.entries.filter(({ hook }) => hook === 'get').length === 2);
      const closed = server.close();
      visitor.letPass();
      expect(await answer).toBe('HELLO');
      expect(await closed).toMatchObject({ drained: 1 });
      expect(server.stats()).toMatchObject({ accepted: 1, completed: 1 });
      waiting.destroy();
    });

    if (bed.composition.kind === 'tcp') {
      test('maxConnectionsPerHost refuses a host’s further clients, until one has gone', async () => {
        await using gate = await Gate.open();
        await using served = await bed.serve(bed.handler('gated'), {
          context: { gate: gate.port },
          fields: { maxConnectionsPerHost: 2 },
        });
        const { server } = served;
        const answers = [bed.ask(server, 'one'), bed.ask(server, 'two')];
        const visitors = [await gate.visitor(), await gate.visitor()];
        expect(await isRefused(bed, server)).toBe(true);
        for (const visitor of visitors) visitor.letPass();
        await Promise.all(answers);
        await server.served(3);
        const next = bed.ask(server, 'next');
        (await gate.visitor()).letPass();
        expect(await next).toBe('NEXT');
        expect(server.stats()).toMatchObject({ accepted: 4, rejected: 1 });
      });
    }

    test('acceptRate spreads clients over time, and refuses none', async () => {
      const CLIENTS = 12;
      const PER_SECOND = 50;
      await using served = await bed.serve(bed.handler('upper'), { fields: { acceptRate: PER_SECOND } });
      const startedAt = performance.now();
      const names = Array.from({ length: CLIENTS }, (_, index) => `client ${index}`);
      const answers = await Promise.all(names.map((name) => bed.ask(served.server, name)));
      const tookMs = performance.now() - startedAt;
      expect(answers).toEqual(names.map((name) => name.toUpperCase()));
      // The first of them may come at once, as many as fit into a tenth of a second.
      const atOnce = 1 + PER_SECOND / 10;
      expect(tookMs).toBeGreaterThan(((CLIENTS - atOnce) / PER_SECOND) * 1_000 - 20);
    });
  });
}

/** Connects, and waits for the end of a connection on which nothing was answered: by a FIN or a reset. */
async function isRefused(
  bed: TestBed,
  server: { serverAddress: Parameters<typeof connectTo>[0] },
): Promise<boolean> {
  const socket = await connectTo(server.serverAddress);
  try {
    return (await readAll(socket)).length === 0;
  } catch (error) {
    return (error as { code?: unknown }).code === 'ECONNRESET';
  } finally {
    socket.destroy();
  }
}
