import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { EventEmitter, once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { AsyncUDPServer, DatagramRequestHandler, type BoundInetAddress } from '@socketserver/core';
import { ForkingTCPServer } from '@socketserver/forking';
import { ThreadingTCPServer } from '@socketserver/threading';
import fc from 'fast-check';
import { misfit } from './messages.js';
import type { Fuzz } from './property.js';

/** How long an answer is waited for. */
const ANSWER_MS = 20_000;
/** How long an answer to a datagram is waited for, and how often it is sent: it may be lost. */
const DATAGRAM_MS = 1_000;
const TRIES = 5;

class Echo extends DatagramRequestHandler {
  override async handle(): Promise<void> {
    await this.wfile.write(this.packet);
  }
}

async function ask({ host, port }: BoundInetAddress, question: string): Promise<string> {
  const socket = connect({ host, port });
  socket.setTimeout(ANSWER_MS, () => socket.destroy(new Error(`no answer in ${ANSWER_MS} ms`)));
  socket.end(`${question}\n`);
  return text(socket);
}

async function askByDatagram({ host, port }: BoundInetAddress, packet: Uint8Array): Promise<Buffer> {
  const socket = createSocket('udp4');
  try {
    for (let attempt = 1; attempt <= TRIES; attempt++) {
      socket.send(packet, port, host);
      const signal = AbortSignal.timeout(DATAGRAM_MS);
      const answer = await once(socket, 'message', { signal }).catch(() => undefined);
      if (answer !== undefined) return answer[0] as Buffer;
    }
    throw new Error(`no answer to ${TRIES} datagrams`);
  } finally {
    socket.close();
  }
}

/** A server that lives as long as it is worked with. */
async function withServer<Server extends ForkingTCPServer | ThreadingTCPServer | AsyncUDPServer>(
  server: Server,
  work: (server: Server) => Promise<void>,
): Promise<void> {
  await server.listen();
  const loop = server.serveForever();
  try {
    await work(server);
  } finally {
    await server.close({ graceMs: 0 });
    await loop;
  }
}

/** The errors of a server, one after the other. */
class Errors {
  readonly #errors: unknown[] = [];
  readonly #reports = new EventEmitter();

  add(error: unknown): void {
    this.#errors.push(error);
    this.#reports.emit('report');
  }

  /** The next error that nobody has asked for; a client can be told before the server's operator is. */
  async next(): Promise<{ code?: unknown; cause?: { code?: unknown } }> {
    const signal = AbortSignal.timeout(ANSWER_MS);
    while (this.#errors.length === 0) await once(this.#reports, 'report', { signal });
    return this.#errors.shift() as object;
  }
}

class RecordingForking extends ForkingTCPServer {
  readonly errors = new Errors();

  override handleError(error: unknown): void {
    this.errors.add(error);
  }
}

class RecordingThreading extends ThreadingTCPServer {
  readonly errors = new Errors();
  /** So that a thread says something soon, and its port is known. */
  override stuckTimeout = 4_000;

  override handleError(error: unknown): void {
    this.errors.add(error);
  }
}

const HANDLER = new URL('./saying-handler.js', import.meta.url);
const ADDRESS = { host: '127.0.0.1', port: 0 };

/** A child's stream of frames, and its pipe of descriptors. */
const FDS = [3, 4];

function misspeaking(make: () => RecordingForking | RecordingThreading): Fuzz['property'] {
  return fc.asyncProperty(fc.array(misfit, { minLength: 2, maxLength: 2 }), async (texts) => {
    await withServer(make(), async ({ serverAddress, errors }) => {
      for (const said of texts) {
        assert.equal(await ask(serverAddress, `say ${said}`), '');
        assert.equal(await ask(serverAddress, 'hello'), 'hello\n');
        const error = await errors.next();
        assert.equal(error.code, 'ERR_SOCKETSERVER_WORKER_DIED', `after ${said}`);
        assert.equal(error.cause?.code, 'ERR_SOCKETSERVER_PROTOCOL', `after ${said}`);
      }
    });
  });
}

export const LIVE: readonly Fuzz[] = [
  {
    name: 'a child that says what it must not is ended with the error of the protocol; the server serves on',
    property: misspeaking(() => new RecordingForking(ADDRESS, HANDLER)),
    few: 1,
    atMost: 100,
  },
  {
    name: 'a thread that says what it must not is ended with the error of the protocol; the server serves on',
    property: misspeaking(() => new RecordingThreading(ADDRESS, HANDLER)),
    few: 1,
    atMost: 100,
  },
  {
    name: 'whatever bytes a child writes to its descriptors, nothing but the child ends',
    property: fc.asyncProperty(
      fc.constantFrom(...FDS),
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 1_000 }), { minLength: 2, maxLength: 2 }),
      async (fd, writes) => {
        await withServer(new RecordingForking(ADDRESS, HANDLER), async ({ serverAddress, errors }) => {
          for (const bytes of writes) {
            assert.equal(await ask(serverAddress, `write ${fd} ${Buffer.from(bytes).toString('hex')}`), '');
            // Before its end is known it may be sent another request, and after rubbish nobody can tell whether it began that.
            assert.equal((await errors.next()).code, 'ERR_SOCKETSERVER_WORKER_DIED');
            assert.equal(await ask(serverAddress, 'hello'), 'hello\n');
          }
        });
      },
    ),
    few: 1,
    atMost: 100,
  },
  {
    name: 'every datagram is answered with itself, as far as maxPacketSize goes',
    property: fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 9_000 }), { minLength: 1, maxLength: 50 }),
      async (packets) => {
        await withServer(new AsyncUDPServer({ host: '127.0.0.1', port: 0 }, Echo), async (server) => {
          for (const packet of packets) {
            const answer = await askByDatagram(server.serverAddress, packet);
            assert.deepEqual(answer, Buffer.from(packet.subarray(0, server.maxPacketSize)));
          }
        });
      },
    ),
    few: 5,
    atMost: 2_000,
  },
];
