import { tryLibc, type Libc } from './libc.js';

// struct msghdr, struct iovec and struct cmsghdr of 64-bit Linux, one after the other in one piece of memory that
// does not move. Offsets and sizes are bytes.
const SIZE = 2_048;
const IOVEC = 64;
const PAYLOAD = 80;
const CONTROL = 128;
const CONTROL_HEADER = 16;
const MESSAGE = { vectors: 16, vectorCount: 24, control: 32, controlLength: 40 };

const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
const MSG_CMSG_CLOEXEC = 0x4000_0000;

/**
 * Passes open descriptors to another process over a Unix socket (SCM_RIGHTS, unix(7)), many at once. Node's own
 * way, `child.send(message, socket)`, passes one, and waits for the other side before the next.
 */
export class DescriptorPipe {
  readonly #libc: Libc;
  readonly #fd: number;
  readonly #memory: ArrayBuffer;
  readonly #view: DataView;
  readonly #message: Uint8Array;

  /** @returns undefined where this cannot be done: no koffi, or no Linux of 64 bits and little-endian order */
  static over(fd: number): DescriptorPipe | undefined {
    const isKnown = process.platform === 'linux' && (process.arch === 'x64' || process.arch === 'arm64');
    const libc = isKnown && fd >= 0 ? tryLibc() : undefined;
    return libc === undefined ? undefined : new DescriptorPipe(libc, fd);
  }

  private constructor(libc: Libc, fd: number) {
    this.#libc = libc;
    this.#fd = fd;
    this.#memory = new ArrayBuffer(SIZE);
    this.#view = new DataView(this.#memory);
    this.#message = new Uint8Array(this.#memory);
    const at = libc.addressOf(this.#memory);
    this.#setLong(IOVEC, at + BigInt(PAYLOAD));
    this.#setLong(IOVEC + 8, 1n);
    this.#setLong(MESSAGE.vectors, at + BigInt(IOVEC));
    this.#setLong(MESSAGE.vectorCount, 1n);
    this.#setLong(MESSAGE.control, at + BigInt(CONTROL));
  }

  /** Sends up to 253 (SCM_MAX_FD), which stay open here. @returns false when none was sent */
  send(descriptors: readonly number[]): boolean {
    const length = CONTROL_HEADER + 4 * descriptors.length;
    this.#setLong(CONTROL, BigInt(length));
    this.#view.setInt32(CONTROL + 8, SOL_SOCKET, true);
    this.#view.setInt32(CONTROL + 12, SCM_RIGHTS, true);
    for (const [index, descriptor] of descriptors.entries()) {
      this.#view.setInt32(CONTROL + CONTROL_HEADER + 4 * index, descriptor, true);
    }
    this.#setLong(MESSAGE.controlLength, BigInt(Math.ceil(length / 8) * 8));
    return this.#libc.sendmsg(this.#fd, this.#message, MSG_DONTWAIT | MSG_NOSIGNAL) === 1;
  }

  /** What one `send` has sent; less, when this process may not open as many. @returns undefined when nothing is there */
  receive(): number[] | undefined {
    this.#setLong(CONTROL, 0n);
    this.#setLong(MESSAGE.controlLength, BigInt(SIZE - CONTROL));
    if (this.#libc.recvmsg(this.#fd, this.#message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) !== 1) {
      return undefined;
    }
    const count = Math.max(0, Number(this.#view.getBigUint64(CONTROL, true)) - CONTROL_HEADER) / 4;
    return Array.from({ length: count }, (_, index) =>
      this.#view.getInt32(CONTROL + CONTROL_HEADER + 4 * index, true),
    );
  }

  #setLong(offset: number, value: bigint): void {
    this.#view.setBigUint64(offset, value, true);
  }
}
