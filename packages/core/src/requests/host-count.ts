import type { ClientAddress } from '../address.js';
import { hostOf } from './host-of.js';

interface Counted {
  readonly clientAddress: ClientAddress;
}

/** How many requests of each host are running. */
export class HostCount {
  readonly #counts = new Map<string, number>();

  /** @param prefix - bits of an IPv6 address that make a host */
  constructor(
    readonly prefix: number,
    running: Iterable<Counted>,
  ) {
    for (const active of running) this.add(active);
  }

  of(clientAddress: ClientAddress): number {
    return this.#counts.get(hostOf(clientAddress, this.prefix) ?? '') ?? 0;
  }

  add({ clientAddress }: Counted): void {
    this.#change(clientAddress, 1);
  }

  remove({ clientAddress }: Counted): void {
    this.#change(clientAddress, -1);
  }

  #change(clientAddress: ClientAddress, by: 1 | -1): void {
    const host = hostOf(clientAddress, this.prefix);
    if (host === undefined) return;
    const count = (this.#counts.get(host) ?? 0) + by;
    if (count === 0) this.#counts.delete(host);
    else this.#counts.set(host, count);
  }
}
