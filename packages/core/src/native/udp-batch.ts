import { isInetClient, type BoundInetAddress } from '../address.js';
import type { OutgoingDatagram } from '../datagram.js';
import { mapIPv4, unmapIPv4 } from '../sources/mapped-ipv4.js';
import { tryLibc, type Libc } from './libc.js';

// Arrays of struct mmsghdr, struct iovec and struct sockaddr_in6 (or _in) of 64-bit Linux, then the bytes that are sent, all in
// one piece of memory that does not move. Offsets and sizes are bytes.
const MOST = 64;
const HEADER = { size: 64, name: 0, nameLength: 8, vectors: 16, vectorCount: 24 };
const VECTOR = { size: 16, base: 0, length: 8 };
const ADDRESS_SIZE = 32;
const VECTORS = MOST * HEADER.size;
const ADDRESSES = VECTORS + MOST * VECTOR.size;
const DATA = ADDRESSES + MOST * ADDRESS_SIZE;
/** Room for the longest datagram, or for many. */
const DATA_SIZE = 65_536;

const AF_INET = 2;
const AF_INET6 = 10;
const SOCKADDR = {
  IPv4: { domain: AF_INET, size: 16, host: 4 },
  IPv6: { domain: AF_INET6, size: 28, host: 8 },
};

/** Hosts whose addresses are remembered in the kernel's form. */
const MOST_HOSTS = 1_024;

/** Sends many UDP datagrams by one system call, sendmmsg(2): a call for each costs more than the sending. */
export class UdpBatch {
  readonly #libc: Libc;
  readonly #form: (typeof SOCKADDR)['IPv4' | 'IPv6'];
  readonly #memory = new ArrayBuffer(DATA + DATA_SIZE);
  readonly #view = new DataView(this.#memory);
  readonly #bytes = new Uint8Array(this.#memory);
  readonly #hosts = new Map<string, Uint8Array | undefined>();
  /** Where the bytes are that are sent. */
  readonly #data: number;

  /**
   * For a socket with this descriptor that is bound to this address.
   * @returns undefined where this cannot be done: no koffi, no Linux of 64 bits and little-endian order, or a runtime whose
   *   descriptors are not the system's
   */
  static over(fd: number, { family, port }: BoundInetAddress): UdpBatch | undefined {
    const isKnown = process.platform === 'linux' && (process.arch === 'x64' || process.arch === 'arm64');
    const libc = isKnown ? tryLibc() : undefined;
    if (libc?.sendmmsg === undefined) return undefined;
    const name = new Uint8Array(ADDRESS_SIZE);
    if (libc.getsockname(fd, name, new Int32Array([ADDRESS_SIZE])) !== 0) return undefined;
    const view = new DataView(name.buffer);
    const isBound = view.getUint16(0, true) === SOCKADDR[family].domain && view.getUint16(2) === port;
    return isBound ? new UdpBatch(libc, family) : undefined;
  }

  private constructor(libc: Libc, family: 'IPv4' | 'IPv6') {
    this.#libc = libc;
    this.#form = SOCKADDR[family];
    const at = Number(libc.addressOf(this.#memory));
    for (let index = 0; index < MOST; index++) {
      const [header, address] = [index * HEADER.size, ADDRESSES + index * ADDRESS_SIZE];
      const vector = VECTORS + index * VECTOR.size;
      this.#setLong(header + HEADER.name, at + address);
      this.#view.setUint32(header + HEADER.nameLength, this.#form.size, true);
      this.#setLong(header + HEADER.vectors, at + vector);
      this.#setLong(header + HEADER.vectorCount, 1);
      this.#view.setUint16(address, this.#form.domain, true);
    }
    this.#data = at + DATA;
  }

  /**
   * Sends the first of these, from `from` on.
   * @returns how many were sent; 0 when the first of them is not to an address of this family, or the kernel takes none now
   */
  send(fd: number, datagrams: readonly OutgoingDatagram[], from: number): number {
    let [count, used] = [0, 0];
    for (let index = from; index < datagrams.length && count < MOST; index++) {
      const datagram = datagrams[index]!;
      if (used + datagram.data.byteLength > DATA_SIZE || !this.#put(datagram, count, used)) break;
      used += datagram.data.byteLength;
      count++;
    }
    if (count === 0 || fd === -1) return 0;
    return Math.max(0, this.#libc.sendmmsg?.(fd, this.#bytes, count) ?? 0);
  }

  #put({ data, address: to }: OutgoingDatagram, index: number, used: number): boolean {
    const address = isInetClient(to) ? this.#addressOf(to.address) : undefined;
    if (address === undefined || !isInetClient(to) || !(to.port > 0 && to.port < 65_536)) return false;
    const at = ADDRESSES + index * ADDRESS_SIZE;
    this.#view.setUint16(at + 2, to.port);
    this.#bytes.set(address, at + this.#form.host);
    this.#bytes.set(data, DATA + used);
    const vector = VECTORS + index * VECTOR.size;
    this.#setLong(vector + VECTOR.base, this.#data + used);
    this.#setLong(vector + VECTOR.length, data.byteLength);
    return true;
  }

  /** @returns undefined for a name, and for an address of the other family or with a zone */
  #addressOf(host: string): Uint8Array | undefined {
    if (this.#hosts.has(host)) return this.#hosts.get(host);
    if (this.#hosts.size === MOST_HOSTS) this.#hosts.clear();
    const address = new Uint8Array(this.#form.domain === AF_INET ? 4 : 16);
    const text = this.#form.domain === AF_INET ? unmapIPv4(host) : mapIPv4(host);
    const found = this.#libc.inet_pton(this.#form.domain, text, address) === 1 ? address : undefined;
    this.#hosts.set(host, found);
    return found;
  }

  /** An address takes 48 bits. A BigInt for each would cost more than all the rest. */
  #setLong(offset: number, value: number): void {
    this.#view.setUint32(offset, value % 2 ** 32, true);
    this.#view.setUint32(offset + 4, value / 2 ** 32, true);
  }
}
