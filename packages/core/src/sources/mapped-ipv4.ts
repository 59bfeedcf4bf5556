import { isIPv4 } from 'node:net';
import type { InetClientAddress } from '../address.js';

/** A dual-stack IPv6 socket has its IPv4 peers under addresses that begin so (RFC 4291, 2.5.5.2). */
const PREFIX = '::ffff:';

/** A client's address as servers give it: a client that came by IPv4 has an IPv4 address, whatever socket took it. */
export function clientFrom(address: string, port: number, family: string): InetClientAddress {
  const plain = unmapIPv4(address);
  const plainFamily = plain === address ? (family as InetClientAddress['family']) : 'IPv4';
  return { address: plain, port, family: plainFamily };
}

/** `::ffff:192.0.2.1` as `192.0.2.1`; anything else as it is. */
export function unmapIPv4(address: string): string {
  if (!address.startsWith('::') || address.slice(0, PREFIX.length).toLowerCase() !== PREFIX) {
    return address;
  }
  const rest = address.slice(PREFIX.length);
  return isIPv4(rest) ? rest : address;
}

/** `192.0.2.1` as `::ffff:192.0.2.1`, the form in which an IPv6 socket takes it; anything else as it is. */
export function mapIPv4(address: string): string {
  return isIPv4(address) ? `${PREFIX}${address}` : address;
}
