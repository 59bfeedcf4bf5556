import type { BoundAddress, BoundInetAddress, ServerAddress, ServerStats } from '@socketserver/core';
import type { Engine, Restart, Target, TargetStats } from '../protocol.js';
import {
  audited,
  type AnyServer,
  type Audited,
  type AuditedConstructor,
  type ServerConstructor,
} from './audited.js';
import { NO_REQUESTS } from './ledger.js';
import { tuningOf } from './tuning.js';

/** How often a server's figures are looked at, in ms. */
const POLL_MS = 50;

export interface TargetOptions {
  readonly target: Target;
  readonly engine: Engine;
  readonly Server: ServerConstructor;
  readonly address: ServerAddress;
}

/** The server at one address, and its successors. */
export class TargetServers {
  readonly #options: TargetOptions;
  readonly #Server: AuditedConstructor;
  readonly #looks = {
    wrong: [] as string[],
    looks: 0,
    serverErrors: {} as Record<string, number>,
    failures: {} as Record<string, number>,
  };
  #ended: ServerStats = NO_REQUESTS;
  #server: AnyServer & Audited;
  #loop: Promise<void> = Promise.resolve();
  #address: ServerAddress;

  constructor(options: TargetOptions) {
    this.#options = options;
    this.#Server = audited(options.Server);
    this.#address = options.address;
    this.#server = this.#make();
  }

  get server(): AnyServer & Audited {
    return this.#server;
  }

  get address(): BoundAddress {
    return this.#server.serverAddress;
  }

  async start(): Promise<void> {
    await this.#server.listen();
    const bound = this.address;
    this.#address = 'path' in bound ? bound : { host: bound.host, port: (bound as BoundInetAddress).port };
    this.#loop = this.#server.serveForever({ pollInterval: POLL_MS });
    // A failure is thrown where it is awaited.
    this.#loop.catch(() => {});
  }

  /** Ends the server, keeps its books, and starts the next one at the same address. */
  async restart({ graceMs, fields = {} }: Restart): Promise<void> {
    await this.end(graceMs);
    this.#server = this.#make();
    this.tune(fields);
    await this.start();
  }

  async end(graceMs: number): Promise<void> {
    await this.#server.closeBooks(graceMs);
    await this.#loop;
    this.#ended = sumOf(this.#ended, this.#server.stats());
    const { ledger } = this.#server;
    this.#looks.wrong.push(...ledger.wrong);
    this.#looks.looks += ledger.looks;
    add(this.#looks.serverErrors, ledger.serverErrors);
    add(this.#looks.failures, ledger.failures);
  }

  stats(): TargetStats {
    const { ledger } = this.#server;
    const isEnded = this.#server.state === 'closed';
    const stats = this.#server.stats();
    if (!isEnded) ledger.look(stats);
    const serverErrors = { ...this.#looks.serverErrors };
    const failures = { ...this.#looks.failures };
    if (!isEnded) {
      add(serverErrors, ledger.serverErrors);
      add(failures, ledger.failures);
    }
    return {
      stats,
      total: isEnded ? this.#ended : sumOf(this.#ended, stats),
      children: (this.#server as { activeChildren?: readonly number[] }).activeChildren ?? [],
      wrong: isEnded ? this.#looks.wrong : [...this.#looks.wrong, ...ledger.wrong],
      looks: this.#looks.looks + (isEnded ? 0 : ledger.looks),
      serverErrors,
      failures,
    };
  }

  /** A field that this class of server does not have is left out. */
  tune(fields: Readonly<Record<string, unknown>>): void {
    for (const [name, value] of Object.entries(fields)) {
      if (name in this.#server) Object.assign(this.#server, { [name]: value });
    }
  }

  #make(): AnyServer & Audited {
    const { engine, target } = this.#options;
    const kind = target === 'udp' ? 'datagram' : 'stream';
    this.#server = new this.#Server(this.#address, new URL(`../handlers/${kind}.js`, import.meta.url));
    this.tune(tuningOf(engine, target));
    return this.#server;
  }
}

function sumOf(a: ServerStats, b: ServerStats): ServerStats {
  return {
    accepted: a.accepted + b.accepted,
    active: a.active + b.active,
    completed: a.completed + b.completed,
    failed: a.failed + b.failed,
    disconnected: a.disconnected + b.disconnected,
    rejected: a.rejected + b.rejected,
    dropped: a.dropped + b.dropped,
    unsent: a.unsent + b.unsent,
  };
}

function add(to: Record<string, number>, counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts)) to[name] = (to[name] ?? 0) + count;
}
