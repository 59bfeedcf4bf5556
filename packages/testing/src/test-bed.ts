import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BoundAddress, BoundInetAddress, RequestHandlerSource, ServerAddress } from '@socketserver/core';
import { PythonClient } from './clients/python-client.js';
import { askStream } from './clients/stream-client.js';
import { askUdp, sendUdp } from './clients/udp-client.js';
import { NotSeen } from './case.js';
import { acceptsInWorkers, isStream, isUnix, type AnyServer, type Composition } from './composition.js';
import { recording, type RecordingConstructor, type RecordingServer } from './recording-server.js';
import { Served } from './served.js';

export interface ServeOptions {
  /** @default `bed.Server` */
  Server?: RecordingConstructor;
  context?: unknown;
  /** Sets fields of the server before it listens. */
  fields?: Partial<AnyServer & SomeFields>;
}

/** Fields that only some servers have. */
interface SomeFields {
  handshakeTimeout: number | null;
  writeTimeout: number | null;
  maxReadSize: number | null;
  keepAlive: number | null;
  /** Unix */
  mode: number;
}

/** What every case of the contract works with: servers of one composition, and clients for them. */
export class TestBed implements AsyncDisposable {
  readonly Server: RecordingConstructor;
  readonly python = new PythonClient();
  readonly #directory = mkdtempSync(join(tmpdir(), 'contract-'));
  #paths = 0;

  constructor(readonly composition: Composition) {
    this.Server = recording(composition);
  }

  get isStream(): boolean {
    return isStream(this.composition.kind);
  }

  get isUnix(): boolean {
    return isUnix(this.composition.kind);
  }

  /** Whether workers take requests for themselves. */
  get acceptsInWorkers(): boolean {
    return acceptsInWorkers(this.composition);
  }

  /** For a case about what only a main side knows that takes requests. */
  needsMain(what: string): void {
    if (this.acceptsInWorkers) throw new NotSeen(what);
  }

  /** A path that nothing is at yet. */
  freePath(): string {
    return join(this.#directory, String(++this.#paths));
  }

  /** An address that no server has. */
  freeAddress(): ServerAddress {
    return this.isUnix ? { path: this.freePath() } : { host: '127.0.0.1', port: 0 };
  }

  /** The module of a handler of the suite, in its form for streams or for datagrams. */
  handler(name: string): URL {
    return new URL(`./handlers/${this.isStream ? 'stream' : 'datagram'}/${name}.js`, import.meta.url);
  }

  make(
    handler: RequestHandlerSource,
    { Server = this.Server, context, fields }: ServeOptions = {},
  ): RecordingServer {
    const server = new Server(this.freeAddress(), handler);
    server.context = context;
    const { acceptIn } = this.composition;
    return Object.assign(server, acceptIn === undefined ? {} : { acceptIn }, fields);
  }

  /** A server that listens, and serves until it is disposed of. */
  async serve(handler: RequestHandlerSource, options: ServeOptions = {}): Promise<Served> {
    const server = this.make(handler, options);
    await server.listen();
    return new Served(server, this.composition);
  }

  /** Sends `text` from a client of its own, and returns what the server answers. */
  ask({ serverAddress }: { serverAddress: BoundAddress }, text: string): Promise<string> {
    switch (this.composition.kind) {
      case 'tcp':
      case 'unix-stream':
        return askStream(serverAddress, text);
      case 'udp':
        return askUdp(serverAddress as BoundInetAddress, text);
      case 'unix-datagram':
        return this.askPython({ serverAddress }, text);
    }
  }

  /** The same from Python's `socket`. */
  askPython({ serverAddress }: { serverAddress: BoundAddress }, text: string): Promise<string> {
    return this.python.ask({ address: serverAddress, stream: this.isStream, text });
  }

  /** Sends `text` to a server that will not answer; a stream waits until the server has ended the connection. */
  async send({ serverAddress }: { serverAddress: BoundAddress }, text: string): Promise<void> {
    switch (this.composition.kind) {
      case 'tcp':
      case 'unix-stream':
        await askStream(serverAddress, text);
        return;
      case 'udp':
        await sendUdp(serverAddress as BoundInetAddress, text);
        return;
      case 'unix-datagram':
        await this.python.ask({ address: serverAddress, stream: false, text, wait: false });
        return;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.python[Symbol.asyncDispose]();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
