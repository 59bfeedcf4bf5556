import { describe, expect } from '@jest/globals';
import { test } from '../case.js';
import { connectTo, readAll, readLine } from '../clients/stream-client.js';
import { Gate } from '../gate.js';
import type { TestBed } from '../test-bed.js';
import { turns } from '../until.js';

/** The end of a server with requests under way: stop taking, drain, deadline, kill. */
export function closingCases(bed: TestBed): void {
  describe('close()', () => {
    test('waits for running requests, which are answered', async () => {
      await using gate = await Gate.open();
      await using served = await bed.serve(bed.handler('gated'), { context: { gate: gate.port } });
      const { server } = served;
      const answer = bed.ask(server, 'hello');
      const visitor = await gate.visitor();
      const closed = server.close();
      await turns();
      expect(server.state).toBe('draining');
      visitor.letPass();
      expect(await answer).toBe('HELLO');
      expect(await closed).toEqual({ drained: 1, cut: 0, killed: 0, abandoned: 0 });
      expect(server.state).toBe('closed');
      expect(server.fileno()).toBe(-1);
      expect(server.errors.entries).toEqual([]);
      expect(server.stats()).toMatchObject({ accepted: 1, active: 0, completed: 1 });
    });

    test('aborts the signal of running handlers', async () => {
      await using gate = await Gate.open();
      await using served = await bed.serve(bed.handler('until-aborted'), { context: { gate: gate.port } });
      const answer = bed.ask(served.server, 'hello');
      (await gate.visitor()).letPass();
      await turns();
      const report = await served.server.close();
      expect(await answer).toBe('aborted: AbortError');
      // A stream's handler has left what it was sent unread.
      const [drained, cut] = bed.isStream ? [0, 1] : [1, 0];
      expect(report).toEqual({ drained, cut, killed: 0, abandoned: 0 });
    });

    test('after graceMs ends what has not ended by itself', async () => {
      await using gate = await Gate.open();
      await using served = await bed.serve(bed.handler('gated'), { context: { gate: gate.port } });
      const { server } = served;
      await sendWithoutWaiting(bed, server);
      await gate.visitor();
      const report = await server.close({ graceMs: 20 });
      // Nothing can end a handler in this thread that waits for something else than its connection.
      const ended =
        bed.composition.runsIn === 'loop' ? { killed: 0, abandoned: 1 } : { killed: 1, abandoned: 0 };
      expect(report).toEqual({ drained: 0, cut: 0, ...ended });
      expect(server.stats()).toMatchObject({ accepted: 1, active: 0, completed: 0, failed: 1 });
      expect(server.state).toBe('closed');
    });

    test('returns the same report when called again, and has none to tell of without requests', async () => {
      await using served = await bed.serve(bed.handler('upper'));
      const [one, two] = await Promise.all([served.server.close(), served.server.close({ graceMs: 0 })]);
      expect(one).toEqual({ drained: 0, cut: 0, killed: 0, abandoned: 0 });
      expect(two).toBe(one);
      await served.loop;
    });

    if (bed.isStream) {
      test('with blockOnClose false: a request that is still being verified is served', async () => {
        let letPass = (): void => {};
        const asked = new Promise<void>((resolve) => (letPass = resolve));
        let isAsked = (): void => {};
        const asking = new Promise<void>((resolve) => (isAsked = resolve));
        class Server extends bed.Server {
          override async verifyRequest(): Promise<boolean> {
            isAsked();
            await asked;
            return true;
          }
        }
        await using served = await bed.serve(bed.handler('upper'), {
          Server,
          fields: { blockOnClose: false },
        });
        const { server } = served;
        const answer = bed.ask(server, 'hello');
        await asking;
        await server.serverClose();
        await turns();
        letPass();
        expect(await answer).toBe('HELLO');
        expect(server.errors.entries).toEqual([]);
      });

      test('ends a handler that waits for its client, by ending the connection', async () => {
        await using gate = await Gate.open();
        await using served = await bed.serve(bed.handler('reading'), { context: { gate: gate.port } });
        const socket = await connectTo(served.server.serverAddress);
        socket.on('error', () => {});
        (await gate.visitor()).letPass();
        expect(await served.server.close({ graceMs: 20 })).toEqual({
          drained: 0,
          cut: 0,
          killed: 1,
          abandoned: 0,
        });
        expect(served.server.stats()).toMatchObject({ completed: 0, disconnected: 0, failed: 1 });
        expect(served.server.errors).toHaveLength(1);
        socket.destroy();
      });

      test('does not wait for handlers between two lines', async () => {
        await using served = await bed.serve(bed.handler('upper'));
        const count = bed.composition.concurrent ? 3 : 1;
        const connecting = Array.from({ length: count }, () => connectTo(served.server.serverAddress));
        const clients = await Promise.all(connecting);
        for (const socket of clients) {
          socket.write('hello\n');
          expect(await readLine(socket)).toBe('HELLO');
        }
        const ends = clients.map((socket) => readAll(socket));
        // The default graceMs is the test's own time limit.
        const report = await served.server.close();
        expect(report).toEqual({ drained: clients.length, cut: 0, killed: 0, abandoned: 0 });
        expect(Buffer.concat(await Promise.all(ends)).toString()).toBe('');
        for (const socket of clients) socket.destroy();
      });
    }
  });

  describe('serverClose()', () => {
    test('waits for running requests if blockOnClose', async () => {
      await using gate = await Gate.open();
      await using served = await bed.serve(bed.handler('gated'), { context: { gate: gate.port } });
      const { server } = served;
      await sendWithoutWaiting(bed, server);
      const visitor = await gate.visitor();
      let closed = false;
      const closing = server.serverClose().then(() => (closed = true));
      await turns();
      expect(closed).toBe(false);
      visitor.letPass();
      await closing;
      expect(server.stats().active).toBe(0);
    });

    test('does not wait otherwise', async () => {
      await using gate = await Gate.open();
      await using served = await bed.serve(bed.handler('gated'), { context: { gate: gate.port } });
      const { server } = served;
      server.blockOnClose = false;
      await sendWithoutWaiting(bed, server);
      const visitor = await gate.visitor();
      await server.serverClose();
      expect(server.stats().active).toBe(1);
      visitor.letPass();
      await server.served(1);
    });
  });
}

/** A request whose answer, if any comes, is not looked at. */
export async function sendWithoutWaiting(
  bed: TestBed,
  server: Parameters<TestBed['ask']>[0],
  text = 'hello',
): Promise<void> {
  if (!bed.isStream) return bed.send(server, text);
  const socket = await connectTo(server.serverAddress);
  // Killed handlers reset their connections.
  socket.on('error', () => {});
  socket.resume();
  socket.end(text);
}
