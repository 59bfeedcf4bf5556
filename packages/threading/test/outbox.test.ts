import { expect, test } from '@jest/globals';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { Gathering } from '../src/gathering.js';
import { Outbox } from '../src/outbox.js';

/** The other end of an outbox: every list that arrives, until there are `count` messages. */
function receiver(port: MessagePort): (count: number) => Promise<unknown[][]> {
  const lists: unknown[][] = [];
  let wake = (): void => {};
  port.on('message', (messages: unknown[]) => {
    lists.push(messages);
    wake();
  });
  return async (count) => {
    while (lists.flat().length < count) await new Promise<void>((resolve) => (wake = resolve));
    return lists;
  };
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('what comes in one turn of the loop after the other travels together, with what moves along', async () => {
  const { port1, port2 } = new MessageChannel();
  const received = receiver(port2);
  const outbox = new Outbox<string | Uint8Array>(port1, neverRefused, new Gathering(Infinity));
  const moved = new Uint8Array([1, 2, 3]);
  try {
    outbox.post('a');
    outbox.post(moved, moved.buffer);
    await nextTurn();
    outbox.post('b');
    await received(3);
    outbox.post('c');
    expect(await received(4)).toEqual([['a', new Uint8Array([1, 2, 3]), 'b'], ['c']]);
    expect(moved.length).toBe(0);
  } finally {
    port1.close();
  }
});

test('but does not wait until no turn brings more', async () => {
  const { port1, port2 } = new MessageChannel();
  const received = receiver(port2);
  const outbox = new Outbox<number>(port1, neverRefused);
  let hasArrived = false;
  void received(1).then(() => (hasArrived = true));
  try {
    for (let posted = 0; !hasArrived; posted++) {
      outbox.post(posted);
      await nextTurn();
    }
    const [first] = await received(1);
    expect(first?.[0]).toBe(0);
  } finally {
    port1.close();
  }
});

test('outboxes that gather together wait for each other', async () => {
  const gathering = new Gathering(Infinity);
  const channels = [new MessageChannel(), new MessageChannel()];
  const [one, two] = channels.map(({ port1 }) => new Outbox<number>(port1, neverRefused, gathering));
  const [oneReceived, twoReceived] = channels.map(({ port2 }) => receiver(port2));
  try {
    for (const number of [1, 2]) {
      one?.post(number);
      await nextTurn();
      two?.post(number);
      await nextTurn();
    }
    expect(await oneReceived?.(2)).toEqual([[1, 2]]);
    expect(await twoReceived?.(2)).toEqual([[1, 2]]);
  } finally {
    for (const { port1 } of channels) port1.close();
  }
});

test('what is forgotten does not travel', async () => {
  const { port1, port2 } = new MessageChannel();
  const received = receiver(port2);
  const outbox = new Outbox<string | Uint8Array>(port1, neverRefused);
  const kept = new Uint8Array([1, 2, 3]);
  try {
    outbox.post(kept, kept.buffer);
    outbox.empty();
    outbox.post('a');
    expect(await received(1)).toEqual([['a']]);
    expect(kept).toHaveLength(3);
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
