import { expect, test } from '@jest/globals';
import { MessageChannel } from 'node:worker_threads';
import { Outbox } from '../src/outbox.js';

test('messages of one turn of the loop travel together, with what moves along', async () => {
  const { port1, port2 } = new MessageChannel();
  const arrivals: unknown[] = [];
  const arrived = (count: number): Promise<void> =>
    new Promise((resolve) => {
      port2.on('message', (messages) => arrivals.push(messages) === count && resolve());
    });
  const outbox = new Outbox<string | Uint8Array>(port1, neverRefused);
  const moved = new Uint8Array([1, 2, 3]);
  try {
    const both = arrived(2);
    outbox.post('a');
    outbox.post(moved, moved.buffer);
    await Promise.resolve();
    outbox.post('b');
    await new Promise((resolve) => setImmediate(resolve));
    outbox.post('c');
    await both;
    expect(arrivals).toEqual([['a', new Uint8Array([1, 2, 3]), 'b'], ['c']]);
    expect(moved.length).toBe(0);
  } finally {
    port1.close();
  }
});

test('a message that cannot be cloned is refused, and those beside it travel', async () => {
  const { port1, port2 } = new MessageChannel();
  const arrivals: unknown[] = [];
  const refused: unknown[] = [];
  const outbox = new Outbox<unknown>(port1, (message, error) => refused.push([message, error]));
  const moved = new Uint8Array([1, 2, 3]);
  const odd = { run: () => {} };
  try {
    const last = new Promise<void>((resolve) => {
      port2.on('message', (messages: unknown[]) => {
        arrivals.push(...messages);
        if (messages.includes('last')) resolve();
      });
    });
    outbox.post('first');
    outbox.post(odd);
    outbox.post(moved, moved.buffer);
    await new Promise((resolve) => setImmediate(resolve));
    outbox.post('last');
    await last;
    expect(arrivals).toEqual(['first', new Uint8Array([1, 2, 3]), 'last']);
    expect(refused).toEqual([[odd, expect.objectContaining({ name: 'DataCloneError' })]]);
  } finally {
    port1.close();
  }
});

function neverRefused(message: unknown, error: unknown): never {
  throw new Error(`Expected every message to be posted, got one that was not: ${String(message)}`, {
    cause: error,
  });
}
