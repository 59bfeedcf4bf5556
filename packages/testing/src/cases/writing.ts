import { describe, expect } from '@jest/globals';
import { test } from '../case.js';
import { connectTo, readAll, readLine } from '../clients/stream-client.js';
import { BIG_BYTES } from '../handlers/stream/big.js';
import { CHUNK_BYTES, type Counts } from '../handlers/stream/counting.js';
import type { TestBed } from '../test-bed.js';

/** What a stream's `wfile` promises. */
export function writingCases(bed: TestBed): void {
  describe('wfile', () => {
    test('sends at once, and whole, and tells how many bytes', async () => {
      await using served = await bed.serve(bed.handler('counting'));
      const socket = await connectTo(served.server.serverAddress);
      // The first line arrives though the handler has not returned.
      expect(await readLine(socket)).toBe('write data');
      socket.write('client response\n');
      const rest = await readAll(socket);
      socket.end();
      expect(rest.subarray(0, CHUNK_BYTES).every((byte) => byte === 0)).toBe(true);
      const counts = JSON.parse(rest.subarray(CHUNK_BYTES).toString()) as Counts;
      expect(counts).toEqual({ first: 11, received: 'client response\n', second: CHUNK_BYTES });
    });

    test('delivers 20 MB that the handler did not await', async () => {
      await using served = await bed.serve(bed.handler('big'));
      const socket = await connectTo(served.server.serverAddress);
      const answer = await readAll(socket);
      socket.end();
      expect(answer).toHaveLength(BIG_BYTES);
      await served.server.served(1);
      expect(served.server.stats()).toMatchObject({ completed: 1, failed: 0 });
    });
  });
}
