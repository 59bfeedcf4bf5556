import { MessageChannel } from 'node:worker_threads';
import { expect, test } from '@jest/globals';
import { DatagramJob } from '../src/thread-job.js';

const socket = { sendTo: () => Promise.resolve(0) };
const clientAddress = { address: '127.0.0.1', port: 4, family: 'IPv4' } as const;

/** Posts what a job packs, to a port that nobody reads. */
function post({ message, transfer }: ReturnType<DatagramJob['pack']>): void {
  const { port1 } = new MessageChannel();
  port1.postMessage(message, transfer === undefined ? [] : [transfer]);
  port1.close();
}

/** In memory of its own, as Node receives datagrams. */
function received(text: string): Buffer {
  const { buffer } = new TextEncoder().encode(text);
  return Buffer.from(buffer);
}

test('a datagram that is not on its way yet can go to another thread; once it has moved it cannot', () => {
  const job = new DatagramJob({ packet: received('hello'), socket }, clientAddress);
  job.pack(1);
  expect(job.canBeReposted).toBe(true);
  const posting = job.pack(2);
  expect(posting.message).toMatchObject({ slot: 2, packet: new Uint8Array(received('hello')) });
  post(posting);
  expect(job.canBeReposted).toBe(false);
});

test.each([
  ['that is empty', received('')],
  ['in a block that it shares', Buffer.from(received('others hello').buffer, 7)],
])('a datagram %s is copied, and can be posted again', (_, packet) => {
  const text = packet.toString();
  const job = new DatagramJob({ packet, socket }, clientAddress);
  for (const slot of [1, 2]) {
    const posting = job.pack(slot);
    expect(posting.message).toMatchObject({ slot, packet: new Uint8Array(received(text)) });
    post(posting);
    expect(job.canBeReposted).toBe(true);
  }
});
