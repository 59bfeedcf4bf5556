import { expect } from '@jest/globals';
import { test } from '../case.js';
import type { Server } from 'node:net';
import { openDescriptors, settledDescriptors } from '../descriptors.js';
import type { RecordingServer } from '../recording-server.js';
import type { TestBed } from '../test-bed.js';

const REQUESTS = 1_000;
const WARM_UP = 50;
const AT_ONCE = 10;

/** What 1,000 requests leave behind: nothing. */
export function leakCases(bed: TestBed): void {
  test(`leaves nothing open after ${REQUESTS} requests`, async () => {
    await using served = await bed.serve(bed.handler('upper'));
    const { server } = served;
    await askMany(bed, server, WARM_UP);
    await server.served(WARM_UP);
    const before = openDescriptors();
    await askMany(bed, server, REQUESTS);
    await server.served(WARM_UP + REQUESTS);
    expect(await settledDescriptors(before)).toBeLessThanOrEqual(before);
    if (bed.isStream) expect(await connectionsOf(server)).toBe(0);
    expect(server.stats()).toMatchObject({ active: 0, completed: WARM_UP + REQUESTS, failed: 0 });
  });
}

async function askMany(bed: TestBed, server: RecordingServer, requests: number): Promise<void> {
  const client = async (): Promise<void> => {
    for (let request = 0; request < requests / AT_ONCE; request++) {
      expect(await bed.ask(server, `request ${request}`)).toBe(`REQUEST ${request}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, client));
}

function connectionsOf(server: RecordingServer): Promise<number> {
  return new Promise((resolve, reject) => {
    (server.socket as Server).getConnections((error, count) =>
      error === null ? resolve(count) : reject(error),
    );
  });
}
