import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { EventEmitter, once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { AsyncUDPServer, DatagramRequestHandler, type BoundInetAddress } from '@socketserver/core';
import { ForkingTCPServer } from '@socketserver/forking';
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
async function withServer<Server extends ForkingTCPServer | AsyncUDPServer>(
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

class Recording extends ForkingTCPServer {
  readonly #errors: unknown[] = [];
  readonly #reports = new EventEmitter();

  override handleError(error: unknown): void {
    this.#errors.push(error);
    this.#reports.emit('report');
  }

  /** The next error that nobody has asked for; a client can be told before the server's operator is. */
  async nextError(): Promise<unknown> {
    const signal = AbortSignal.timeout(ANSWER_MS);
    while (this.#errors.length === 0) await once(this.#reports, 'report', { signal });
    return this.#errors.shift();
  }
}

export const LIVE: readonly Fuzz[] = [
  {
    name: 'a child that says what it must not is ended with the error of the protocol; the server serves on',
    property: fc.asyncProperty(fc.array(misfit, { minLength: 2, maxLength: 2 }), async (texts) => {
      const handler = new URL('./saying-handler.js', import.meta.url);
      await withServer(new Recording({ host: '127.0.0.1', port: 0 }, handler), async (server) => {
        for (const said of texts) {
          assert.equal(await ask(server.serverAddress, `say ${said}`), '');
          assert.equal(await ask(server.serverAddress, 'hello'), 'hello\n');
          const error = (await server.nextError()) as { code?: unknown; cause?: { code?: unknown } };
          assert.equal(error.code, 'ERR_SOCKETSERVER_WORKER_DIED', `after ${said}`);
          assert.equal(error.cause?.code, 'ERR_SOCKETSERVER_PROTOCOL', `after ${said}`);
        }
      });
    }),
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
