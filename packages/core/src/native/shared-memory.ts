import { closeSync, ftruncateSync } from 'node:fs';
import { SocketServerError } from '../errors.js';
import { needLibc, type Libc } from './libc.js';

/** Memory that several processes have in common. Linux; with koffi. */
export class SharedMemory {
  /** For a child to inherit. */
  readonly fd: number;
  readonly #libc: Libc;
  readonly #bytes: number;
  #mapped: { readonly address: bigint; readonly buffer: ArrayBuffer } | undefined;

  /** @throws the system's error; {@link SocketServerError} ERR_SOCKETSERVER_NATIVE_MISSING, ERR_SOCKETSERVER_UNSUPPORTED */
  constructor(bytes: number) {
    this.#libc = needLibc('memory that processes share');
    if (this.#libc.memfd === undefined) {
      throw new SocketServerError(
        'ERR_SOCKETSERVER_UNSUPPORTED',
        `Expected Linux for memory that processes share, got ${process.platform}; leave \`acceptIn\` 'main'`,
      );
    }
    this.#bytes = bytes;
    this.fd = this.#libc.memfd();
    ftruncateSync(this.fd, bytes);
    this.#mapped = this.#libc.mapShared(this.fd, bytes);
  }

  /** @throws when it has been closed */
  get buffer(): ArrayBuffer {
    if (this.#mapped === undefined) throw new Error('unreachable: shared memory is not used after its end');
    return this.#mapped.buffer;
  }

  /** Nobody may look at `buffer` any more: its memory is gone. Idempotent. */
  close(): void {
    if (this.#mapped === undefined) return;
    this.#libc.unmap(this.#mapped.address, this.#bytes);
    this.#mapped = undefined;
    closeSync(this.fd);
  }
}

/** For a child: the memory behind a descriptor that it has inherited, until it ends. */
export function sharedMemoryOf(fd: number, bytes: number): ArrayBuffer {
  return needLibc('memory that processes share').mapShared(fd, bytes).buffer;
}
