import { describe, expect } from '@jest/globals';
import { test } from '../case.js';
import { channel } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { DisconnectEvent } from '@socketserver/core';
import { connectTo } from '../clients/stream-client.js';
import { Gate } from '../gate.js';
import type { ClientGoneContext, Doing } from '../handlers/stream/client-gone.js';
import type { RecordingServer } from '../recording-server.js';
import type { TestBed } from '../test-bed.js';
import { turns } from '../until.js';

/** A reset of TCP is noticed by whoever reads or writes, or waits. */
const ON_RESET: readonly Doing[] = [
  'reading lines',
  'reading exactly',
  'iterating',
  'echoing',
  'receiving',
  'writing',
  'sending',
  'waiting for its signal',
  'waiting with its signal',
];
/** A client that closes has ended for whoever reads, and is gone for whoever writes. */
const ON_CLOSE: readonly Doing[] = ['reading exactly', 'writing', 'sending'];

/** What becomes of a stream's request when its client leaves, or somebody else does. */
export function departureCases(bed: TestBed): void {
  const departures: [doing: Doing, how: 'resets' | 'closes'][] = ON_CLOSE.map((doing) => [doing, 'closes']);
  if (bed.composition.kind === 'tcp')
    departures.push(...ON_RESET.map((doing): [Doing, 'resets'] => [doing, 'resets']));

  describe('a client that leaves is no error of the server', () => {
    test.each(departures)('a handler that is %s when its client %s', async (doing, how) => {
      const told: DisconnectEvent[] = [];
      const server = await play(bed, doing, async ({ server, client, letPass }) => {
        using _ = disconnects(server, told);
        letPass();
        if (how === 'resets') client.resetAndDestroy();
        else client.destroy();
        await server.served(1);
      });
      expect(server.stats()).toMatchObject({ accepted: 1, disconnected: 1, failed: 0, completed: 0 });
      expect(server.errors.entries).toEqual([]);
      expect(server.hooksByRequest()[0]?.at(-1)).toBe('shutdown');
      expect(told.map(({ request }) => request)).toEqual([server.calls.entries[0]?.request]);
    });

    if (bed.composition.kind === 'tcp') {
      test('a handler that returns has completed, whatever its client did', async () => {
        const server = await play(bed, 'waiting for the end', async ({ server, client, letPass }) => {
          letPass();
          client.resetAndDestroy();
          await server.served(1);
        });
        expect(server.stats()).toMatchObject({ completed: 1, disconnected: 0, failed: 0 });
      });
    }

    test('a half-close aborts no signal', async () => {
      const server = await play(bed, 'waiting for its signal', async ({ server, client, letPass }) => {
        letPass();
        client.end();
        await turns();
        expect(server.stats()).toMatchObject({ active: 1 });
      });
      expect(server.errors.entries).toMatchObject([{ error: { name: 'AbortError' } }]); // of close()
    });
  });

  describe('what is not the client’s doing has failed', () => {
    test.each<[Doing, string]>([
      ['reading another connection', 'ECONNRESET'],
      ['copying another connection', 'ECONNRESET'],
      ['copying a missing file', 'ENOENT'],
    ])('a handler that is %s', async (doing, code) => {
      const server = await play(bed, doing, async ({ server, client, letPass }) => {
        letPass();
        await server.served(1);
        client.destroy();
      });
      expect(server.stats()).toMatchObject({ accepted: 1, disconnected: 0, failed: 1 });
      expect(server.errors.entries).toMatchObject([{ error: { code } }]);
    });
  });
}

interface Scene {
  readonly server: RecordingServer;
  readonly client: Socket;
  /** The handler begins what it is to do. */
  readonly letPass: () => void;
}

/** A server and a client of it, whose handler waits at a gate. @returns the server, closed, once `act` is over */
async function play(
  bed: TestBed,
  doing: Doing,
  act: (scene: Scene) => Promise<void>,
): Promise<RecordingServer> {
  await using gate = await Gate.open();
  const other = await startResetting();
  const { port } = other.address() as AddressInfo;
  const context: ClientGoneContext = { gate: gate.port, doing, other: port };
  await using served = await bed.serve(bed.handler('client-gone'), { context });
  const client = await connectTo(served.server.serverAddress);
  client.on('error', () => {});
  const visitor = await gate.visitor();
  try {
    await act({ server: served.server, client, letPass: () => visitor.letPass() });
  } finally {
    client.destroy();
    other.close();
  }
  return served.server;
}

/** A server that resets whoever says something to it. */
async function startResetting(): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.resetAndDestroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** Notes what the channel tells of a server. */
function disconnects(server: RecordingServer, told: DisconnectEvent[]): Disposable {
  const note = (message: unknown): void => {
    const event = message as DisconnectEvent;
    if ((event.server as unknown) === server) told.push(event);
  };
  channel('socketserver.disconnect').subscribe(note);
  return { [Symbol.dispose]: () => channel('socketserver.disconnect').unsubscribe(note) };
}
