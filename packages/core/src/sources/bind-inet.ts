import { lookup } from 'node:dns/promises';
import { familyOf } from '../address.js';

/** An IP address that may be bound. */
export interface InetCandidate {
  readonly address: string;
  readonly family: 'IPv4' | 'IPv6';
}

/** What may be bound: the host that a user gave, and whether only IPv6 is wanted. */
export interface InetPlace {
  readonly host: string | undefined;
  readonly ipv6Only: boolean;
}

/** This machine does not have the address, or its kernel does not have the family. */
const NOT_HERE: ReadonlySet<unknown> = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL']);

/**
 * Binds where a TCP or UDP server listens, by one rule for both:
 *
 * - no host: every interface of both families, `::`; where the kernel has no IPv6, every one of IPv4, `0.0.0.0`;
 * - an IP address: that one;
 * - a name: the first of its addresses that this machine can bind, in the order of the system's resolver.
 *
 * @throws what `bind` throws for the last address, or for one that this machine has (EADDRINUSE, EACCES); ENOTFOUND
 */
export async function bindInet(
  place: InetPlace,
  bind: (candidate: InetCandidate) => Promise<void>,
): Promise<void> {
  const candidates = await candidatesOf(place);
  const last = candidates.pop();
  for (const candidate of candidates) {
    try {
      return await bind(candidate);
    } catch (error) {
      if (!NOT_HERE.has((error as { code?: unknown } | undefined)?.code)) throw error;
    }
  }
  if (last !== undefined) await bind(last);
}

async function candidatesOf({ host, ipv6Only }: InetPlace): Promise<InetCandidate[]> {
  if (host === undefined || host === '') {
    const every: InetCandidate[] = [{ address: '::', family: 'IPv6' }];
    return ipv6Only ? every : [...every, { address: '0.0.0.0', family: 'IPv4' }];
  }
  const family = familyOf(host);
  if (family !== undefined) return [{ address: host, family }];
  // The order is given here: Node's default can be changed for the whole process.
  const found = await lookup(host, { all: true, order: 'verbatim', family: ipv6Only ? 6 : 0 });
  return found.map(({ address, family: version }) => ({ address, family: version === 6 ? 'IPv6' : 'IPv4' }));
}
