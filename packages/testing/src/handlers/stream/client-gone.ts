import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { recv, sendAll, StreamRequestHandler } from '@socketserver/core';
import { passGate, type GateContext } from '../pass-gate.js';

/** What the handler is doing when its client leaves. */
export type Doing =
  | 'reading lines'
  | 'reading exactly'
  | 'iterating'
  | 'echoing'
  | 'receiving'
  | 'writing'
  | 'sending'
  | 'waiting for its signal'
  | 'waiting with its signal'
  | 'waiting for the end'
  | 'reading another connection'
  | 'copying another connection'
  | 'copying a missing file';

export interface ClientGoneContext extends GateContext {
  readonly doing: Doing;
  /** The port of a server that resets its clients. */
  readonly other: number;
}

const CHUNK = Buffer.alloc(65_536);

/** Once past the gate, does something that fails when its client, or the other one that it talks to, is gone. */
export default class ClientGone extends StreamRequestHandler<unknown, ClientGoneContext> {
  override async handle(): Promise<void> {
    const { request, rfile, wfile, signal, server } = this;
    await passGate(server.context, 'begun');
    switch (server.context.doing) {
      case 'reading lines':
        for await (const _ of rfile);
        return;
      case 'reading exactly':
        await rfile.readExactly(1_000);
        return;
      case 'iterating':
        for await (const _ of request);
        return;
      case 'echoing':
        await pipeline(request, request);
        return;
      case 'receiving':
        while ((await recv(request, 1_000)).length > 0);
        return;
      case 'writing':
        for (;;) await wfile.write(CHUNK);
      case 'sending':
        for (;;) await sendAll(request, CHUNK);
      case 'waiting for its signal':
        if (!signal.aborted) await once(signal, 'abort');
        throw signal.reason;
      case 'waiting with its signal':
        await delay(60_000, undefined, { signal });
        return;
      case 'waiting for the end':
        await this.closed;
        await this.closed; // also when it is over
        return;
      case 'reading another connection':
        for await (const _ of this.#other());
        return;
      case 'copying another connection':
        await pipeline(this.#other(), request);
        return;
      case 'copying a missing file':
        await pipeline(createReadStream('/there/is/no/such/file'), request);
        return;
    }
  }

  #other(): Socket {
    const socket = connect(this.server.context.other, '127.0.0.1');
    socket.write('hello');
    return socket;
  }
}
