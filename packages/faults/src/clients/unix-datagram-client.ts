import { constants } from 'node:os';
import { needLibc } from '../../../core/dist/native/libc.js';
import { encodeSockaddrUn } from '../../../core/dist/native/sockaddr-un.js';

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
const MSG_DONTWAIT = 0x40;
/** Bytes of the longest answer that is looked at. */
const MAX_ANSWER = 1_024;
/** Milliseconds between two tries where the socket cannot say when it is worth one: Node has no such sockets. */
const RETRY_MS = 5;

/** A client of Unix datagrams with a name, to which answers come: it reads them when it likes. */
export class UnixDatagramClient implements Disposable {
  readonly #libc = needLibc('clients of Unix datagrams');
  readonly #fd: number;
  readonly #to: Buffer;

  /** @param path - where it is bound */
  constructor(path: string, server: string) {
    this.#to = addressOf(server);
    this.#fd = this.#libc.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const own = addressOf(path);
    if (this.#libc.bind(this.#fd, own, own.length) !== 0) throw this.#failure('bind');
  }

  /** Waits while the server's queue is full. */
  async send(text: string): Promise<void> {
    const data = Buffer.from(text);
    const send = (): number =>
      Number(this.#libc.sendto(this.#fd, data, data.length, MSG_DONTWAIT, this.#to, this.#to.length));
    while (send() === -1) await this.#later('sendto');
  }

  /** The next answer; undefined when none has come within `ms`. */
  async receive(ms: number): Promise<string | undefined> {
    const into = Buffer.alloc(MAX_ANSWER);
    const [from, length] = [Buffer.alloc(MAX_ANSWER), new Int32Array([MAX_ANSWER])];
    for (const end = performance.now() + ms; performance.now() < end;) {
      const size = Number(this.#libc.recvfrom(this.#fd, into, into.length, MSG_DONTWAIT, from, length));
      if (size >= 0) return into.toString('utf8', 0, size);
      await this.#later('recvfrom');
    }
    return undefined;
  }

  [Symbol.dispose](): void {
    this.#libc.close(this.#fd);
  }

  async #later(call: string): Promise<void> {
    if (this.#libc.errno() !== constants.errno.EAGAIN) throw this.#failure(call);
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }

  #failure(call: string): Error {
    return new Error(`${call} failed with errno ${this.#libc.errno()}`);
  }
}

function addressOf(path: string): Buffer {
  const address = encodeSockaddrUn(path);
  if (address === undefined) throw new Error(`Expected a path that fits into an address, got ${path}`);
  return address;
}
