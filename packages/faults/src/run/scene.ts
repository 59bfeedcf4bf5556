import type { Random } from '../random.js';
import type { Clients, Engine, Step, Tally, Target } from '../protocol.js';
import { sumOf } from '../clients/tally.js';
import type { ClientHandle } from './client-handle.js';
import type { ServerHandle } from './server-handle.js';

export const STREAMS = ['tcp', 'unix'] as const satisfies readonly Target[];
export type StreamTarget = (typeof STREAMS)[number];

export interface SceneOptions {
  readonly engine: Engine;
  readonly server: ServerHandle;
  readonly clients: ClientHandle;
  /** The clients that come all the while. */
  readonly steady: ClientHandle;
  readonly random: Random;
  /** Whether there is time for what takes long. */
  readonly isSoak: boolean;
  /** Milliseconds without anything from the server after which a client counts as hung. */
  readonly hungAfterMs: number;
}

/** What a fault works with. */
export class Scene {
  readonly engine: Engine;
  readonly server: ServerHandle;
  readonly random: Random;
  readonly isSoak: boolean;
  readonly hungAfterMs: number;
  /** How many faults were injected. */
  injected = 0;
  /** Clients that had a connection and were ended in the backlog of a server that was closed. */
  untaken = 0;
  /** Promises that were not kept. */
  readonly broken: string[] = [];
  readonly tallies: Tally[] = [];
  readonly #clients: ClientHandle;

  constructor({ engine, server, clients, random, isSoak, hungAfterMs }: SceneOptions) {
    this.engine = engine;
    this.server = server;
    this.random = random;
    this.isSoak = isSoak;
    this.hungAfterMs = hungAfterMs;
    this.#clients = clients;
  }

  get tally(): Tally {
    return sumOf(this.tallies);
  }

  /** Does the same to both stream servers, at once. */
  async atStreams(work: (target: StreamTarget) => Promise<void>): Promise<void> {
    await Promise.all(STREAMS.map(work));
  }

  /** Lets clients come, and waits for the last one's fate. */
  async clients(
    plan: Partial<Clients> & { target: Target; name: string; count: number },
    ...steps: Step[]
  ): Promise<Tally> {
    const tally = await this.#clients.run({
      atOnce: plan.count,
      hungAfterMs: this.hungAfterMs,
      steps,
      ...plan,
    });
    this.tallies.push(tally);
    return tally;
  }

  /** Writes down a promise that was not kept: the run then fails. */
  expect(isKept: boolean, otherwise: string): void {
    if (!isKept) this.broken.push(otherwise);
  }

  /** Every one of these clients was answered. */
  expectAllAnswered({ answered, ...rest }: Tally, count: number, of: string): void {
    this.expect(
      answered === count,
      `expected ${count} ${of} to be answered, got ${fates({ answered, ...rest })}`,
    );
  }

  async pause(ms: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, ms));
  }

  /** Waits until it holds, for as long as a client would wait. */
  async until(holds: () => Promise<boolean>, otherwise: string): Promise<void> {
    const deadline = performance.now() + this.hungAfterMs;
    while (!(await holds())) {
      if (performance.now() > deadline) {
        this.expect(false, otherwise);
        return;
      }
      await this.pause(20);
    }
  }

  /** The pids of a server's children that are there now. */
  async children(target: Target): Promise<readonly number[]> {
    return (await this.server.stats(target)).children;
  }
}

export function fates({ answered, ended, refused, left, wrong, hung, lost }: Tally): string {
  const counts = Object.entries({ answered, ended, refused, left, wrong, hung, lost }).filter(
    ([, count]) => count > 0,
  );
  return counts.map(([name, count]) => `${count} ${name}`).join(', ') || 'nobody';
}
