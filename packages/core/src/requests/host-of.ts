import { isIPv6 } from 'node:net';
import type { ClientAddress, InetClientAddress } from '../address.js';
import { unmapIPv4 } from '../sources/mapped-ipv4.js';

const GROUPS = 8;
const GROUP_BITS = 16;

/**
 * By what `maxConnectionsPerHost` tells hosts apart: an IPv4 address, or the first `prefix` bits of an IPv6 address, for whoever
 * has one of a network has all of them (RFC 6177). Undefined for a Unix client.
 */
export function hostOf(clientAddress: ClientAddress, prefix: number): string | undefined {
  const given = (Object(clientAddress) as Partial<InetClientAddress>).address;
  if (typeof given !== 'string') return undefined;
  const address = unmapIPv4(given);
  if (!isIPv6(address)) return address;
  const [plain = '', zone = ''] = address.split('%');
  const groups = groupsOf(plain).map((group, at) => group & maskOf(prefix - at * GROUP_BITS));
  return `${groups.join(':')}/${prefix}%${zone}`;
}

/** The eight numbers of an IPv6 address, in any of its forms (RFC 4291, 2.2). */
function groupsOf(address: string): number[] {
  const [head = '', tail] = address.split('::');
  const before = numbersOf(head);
  if (tail === undefined) return before;
  const after = numbersOf(tail);
  return [...before, ...Array<number>(GROUPS - before.length - after.length).fill(0), ...after];
}

function numbersOf(part: string): number[] {
  if (part === '') return [];
  return part.split(':').flatMap((text) => {
    if (!text.includes('.')) return Number.parseInt(text, 16);
    const [a = 0, b = 0, c = 0, d = 0] = text.split('.').map(Number);
    return [a * 256 + b, c * 256 + d];
  });
}

/** A group's first `bits` bits. */
function maskOf(bits: number): number {
  const kept = Math.min(Math.max(bits, 0), GROUP_BITS);
  return 0xffff & (0xffff << (GROUP_BITS - kept));
}
