import { describe, expect } from '@jest/globals';
import { test } from '../case.js';
import type { Socket } from 'node:net';
import { connectTo } from '../clients/stream-client.js';
import { Gate } from '../gate.js';
import type { AbortOrder, SocketOrder } from '../handlers/throwing-listeners.js';
import type { RecordingServer } from '../recording-server.js';
import type { TestBed } from '../test-bed.js';
import { sendWithoutWaiting } from './closing.js';

const ABORTS: AbortOrder[] = ['abort', 'abortOnce', 'onabort', 'abortLater'];

const FAILED = { failed: 1, disconnected: 0, told: [['in the listener', true]] };

/** What a client does that a listener hears of. */
const EVENTS: [SocketOrder, (client: Socket) => unknown][] = [
  ['data', (client) => client.write('more')],
  ['end', (client) => client.end()],
  ['close', (client) => client.resetAndDestroy()],
  ['timeout', () => {}],
];

/** Listeners of a handler's own: what they throw would end the process, or the worker. */
export function listenerCases(bed: TestBed): void {
  describe('a listener of the signal that throws fails its request, and no other', () => {
    test.each(bed.composition.kind === 'tcp' ? ABORTS : ABORTS.slice(0, 1))('%s', async (order) => {
      await using gate = await Gate.open();
      await using served = await bed.serve(bed.handler('listening'), {
        context: { gate: gate.port },
        fields: { requestTimeout: 300, timeoutGrace: 20 },
      });
      const { server } = served;
      await sendWithoutWaiting(bed, server, order);
      await gate.visitor();
      expect(await endOf(server)).toEqual(FAILED);
      expect(await bed.ask(server, 'next')).toBe('NEXT');
    });
  });

  if (!bed.isStream) return;

  describe('a listener of the connection that throws fails its request, and no other', () => {
    test.each(EVENTS.filter(([order]) => order !== 'close' || bed.composition.kind === 'tcp'))(
      '%s',
      async (order, act) => {
        expect(await endOf(await play(bed, order, act))).toEqual(FAILED);
      },
    );
  });

  // Only TCP can reset.
  if (bed.composition.kind !== 'tcp') return;

  test.each<SocketOrder>(['takesErrorAway', 'takesAllAway'])(
    'a handler that %s from its connection has a client that leaves as others do',
    async (order) => {
      const server = await play(bed, order, (client) => client.resetAndDestroy());
      expect(server.stats()).toMatchObject({ completed: 1, disconnected: 1, failed: 0 });
      expect(server.errors.entries).toEqual([]);
    },
  );

  test('a listener of the connection’s error that throws fails its request', async () => {
    const server = await play(bed, 'error', (client) => client.resetAndDestroy());
    expect(await endOf(server)).toEqual(FAILED);
  });
}

/** A handler listens, and its client acts. @returns the server, closed, after another client was answered */
async function play(
  bed: TestBed,
  order: SocketOrder,
  act: (client: Socket) => unknown,
): Promise<RecordingServer> {
  await using gate = await Gate.open();
  await using served = await bed.serve(bed.handler('listening'), { context: { gate: gate.port } });
  const { server } = served;
  const client = await connectTo(server.serverAddress);
  client.on('error', () => {});
  client.write(`${order}\n`);
  const visitor = await gate.visitor();
  act(client);
  visitor.letPass();
  await server.served(1);
  expect(await bed.ask(server, 'next')).toBe('NEXT');
  client.destroy();
  return server;
}

/** What it has counted, and told, of its first request. */
async function endOf(server: RecordingServer): Promise<unknown> {
  await server.served(1);
  const { failed, disconnected } = server.stats();
  const told = server.errors.entries.map(({ error, request, clientAddress }) => [
    (error as Error).message,
    (request ?? clientAddress) !== undefined,
  ]);
  return { failed, disconnected, told };
}
