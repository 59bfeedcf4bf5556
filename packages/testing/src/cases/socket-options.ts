import { describe, expect } from '@jest/globals';
import { test } from '../case.js';
import type { SocketOptions } from '../handlers/stream/socket-options.js';
import type { TestBed } from '../test-bed.js';

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
        const fields = ms === undefined ? {} : { keepAlive: ms };
        await using served = await bed.serve(bed.handler('socket-options'), { fields });
        expect(JSON.parse(await bed.ask(served.server, ''))).toEqual(options);
      },
    );

    test('can have their answers held back (Nagle’s algorithm)', async () => {
      await using served = await bed.serve(bed.handler('socket-options'), { context: { nagle: true } });
      expect(JSON.parse(await bed.ask(served.server, ''))).toMatchObject({ noDelay: false });
    });

    test('are not asked with keepAlive null', async () => {
      await using served = await bed.serve(bed.handler('socket-options'), { fields: { keepAlive: null } });
      expect(JSON.parse(await bed.ask(served.server, ''))).toMatchObject({ noDelay: true, keepAlive: false });
    });
  });
}
