import { isIPv6 } from 'node:net';
import type { ClientAddress } from '../../address.js';
import { badArgument, badReceiver } from '../../errors.js';

/** A datagram in the form in which it crosses from a worker to the server's socket: plain, and in memory of its own. */
export interface PackedDatagram {
  readonly data: string | Uint8Array<ArrayBuffer>;
  readonly address: ClientAddress;
}

/**
 * For workers: what a handler gave to `sendTo`, which may be anything.
 * @throws {SocketServerError} ERR_SOCKETSERVER_BAD_ARGUMENT, ERR_SOCKETSERVER_BAD_ADDRESS
 */
export function packDatagram(data: unknown, address: unknown): PackedDatagram {
  return { data: packData(data), address: packAddress(address) };
}

/** A copy of its own size: a clone of a Buffer would take along the whole block that it is a part of. */
function packData(data: unknown): string | Uint8Array<ArrayBuffer> {
  if (typeof data === 'string') return data;
  if (!ArrayBuffer.isView(data)) throw badArgument('data', 'bytes or text', data);
  return new Uint8Array(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

/** Without whatever else the object holds: that might not cross. */
function packAddress(given: unknown): ClientAddress {
  const { address, port, path } = Object(given) as Record<string, unknown>;
  if (typeof path === 'string') return { path };
  if (typeof address === 'string' && typeof port === 'number') {
    return { address, port, family: isIPv6(address) ? 'IPv6' : 'IPv4' };
  }
  throw badReceiver('{address, port} or {path}', given);
}
