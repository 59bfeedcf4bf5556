import { describe, expect } from '@jest/globals';
import { test } from '../case.js';
import { once } from 'node:events';
import { connectTo, readAll, readLine } from '../clients/stream-client.js';
import type { TestBed } from '../test-bed.js';

/** Clients of a stream that do not behave. After each the server serves the next one. */
export function clientCases(bed: TestBed): void {
  const upper = bed.handler('upper');

  describe('outlives a client that', () => {
    test('half-closes, which gets its answer', async () => {
      await using served = await bed.serve(upper);
      const socket = await connectTo(served.server.serverAddress);
      socket.write('one\n');
      expect(await readLine(socket)).toBe('ONE');
      socket.end('two\nthree');
      expect((await readAll(socket)).toString()).toBe('TWO\nTHREE');
      await served.server.served(1);
      expect(served.server.stats()).toMatchObject({ completed: 1, failed: 0 });
    });

    test('sends nothing', async () => {
      await using served = await bed.serve(upper);
      expect(await bed.ask(served.server, '')).toBe('');
      await served.server.served(1);
      expect(served.server.stats()).toMatchObject({ completed: 1, failed: 0 });
      expect(await bed.ask(served.server, 'next')).toBe('NEXT');
    });

    test('disappears in the middle of a line', async () => {
      await using served = await bed.serve(upper);
      const socket = await connectTo(served.server.serverAddress);
      socket.write('one\n');
      expect(await readLine(socket)).toBe('ONE');
      await new Promise((resolve) => socket.write('half a li', resolve));
      socket.destroy();
      await once(socket, 'close');
      await served.server.served(1);
      // Whether the answer to half a line still finds somebody is the kernel's affair.
      const { completed, disconnected } = served.server.stats();
      expect(completed + disconnected).toBe(1);
      expect(served.server.errors.entries).toEqual([]);
      expect(await bed.ask(served.server, 'next')).toBe('NEXT');
    });

    if (bed.composition.kind === 'tcp') {
      test('resets the connection', async () => {
        await using served = await bed.serve(upper);
        const socket = await connectTo(served.server.serverAddress);
        socket.write('one\n');
        expect(await readLine(socket)).toBe('ONE');
        socket.resetAndDestroy();
        await served.server.served(1);
        expect(served.server.errors.entries).toEqual([]);
        expect(served.server.stats()).toMatchObject({ completed: 0, disconnected: 1 });
        expect(await bed.ask(served.server, 'next')).toBe('NEXT');
      });
    }
  });
}
