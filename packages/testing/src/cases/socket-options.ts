import { describe, expect } from '@jest/globals';
import { test } from '../case.js';
import type { SocketOptions } from '../handlers/stream/socket-options.js';
import type { TestBed } from '../test-bed.js';

/** The kernel queues so few clients that the third one, at the latest, has its options from the listening socket. */
const FIELDS = { requestQueueSize: 1 };
const CLIENTS = 4;

/** What the kernel does for a connection belongs to its socket, and stays with it wherever it goes. */
export function socketOptionCases(bed: TestBed): void {
  if (process.platform !== 'linux') return;

  describe('its connections', () => {
    test.each<[number | null | undefined, SocketOptions]>([
      [undefined, { noDelay: true, keepAlive: true, idle: 60 }],
      [5_000, { noDelay: true, keepAlive: true, idle: 5 }],
    ])(
      'are asked for a sign of life, and their answers are not held back (keepAlive %p)',
      async (ms, options) => {
        const fields = ms === undefined ? FIELDS : { ...FIELDS, keepAlive: ms };
        await using served = await bed.serve(bed.handler('socket-options'), { fields });
        for (let client = 0; client < CLIENTS; client++)
          expect(JSON.parse(await bed.ask(served.server, ''))).toEqual(options);
      },
    );

    test('can have their answers held back (Nagle’s algorithm), and be asked for no sign of life', async () => {
      const context = { nagle: true, silent: true };
      await using served = await bed.serve(bed.handler('socket-options'), { fields: FIELDS, context });
      for (let client = 0; client < CLIENTS; client++) {
        const options = JSON.parse(await bed.ask(served.server, '')) as SocketOptions;
        expect(options).toMatchObject({ noDelay: false, keepAlive: false });
      }
    });

    test('are not asked with keepAlive null', async () => {
      const fields = { ...FIELDS, keepAlive: null };
      await using served = await bed.serve(bed.handler('socket-options'), { fields });
      for (let client = 0; client < CLIENTS; client++)
        expect(JSON.parse(await bed.ask(served.server, ''))).toMatchObject({
          noDelay: true,
          keepAlive: false,
        });
    });
  });
}
