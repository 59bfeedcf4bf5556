import { setTimeout as delay } from 'node:timers/promises';
import { SocketServerError } from '@socketserver/core';
import { Child, type ChildOptions, type ChildOwner } from './child.js';
import type { ChildPoolOptions } from './child-pool.js';
import { Crew } from './crew.js';
import { childStart, closedBefore } from './errors.js';
import { PulseWatch } from './pulse-watch.js';
import { START_ATTEMPTS, StartBackoff, waitAfter } from './start-backoff.js';
import { Wear } from './wear.js';

export interface ChildFleetOptions extends Pick<ChildPoolOptions, 'size' | 'child' | 'onFailure'> {
  readonly owner: ChildOwner;
  /** A child may have become free. */
  onChange(): void;
  /** No child is left, and none can be started. */
  onNoneStarts(error: unknown): void;
}

/** The children of one server: starts as many as are wanted, replaces them, and ends them. */
export class ChildFleet {
  readonly #options: ChildFleetOptions;
  readonly #crew = new Crew();
  readonly #wear: Wear;
  readonly #pulse: PulseWatch;
  readonly #backoff = new StartBackoff();
  #childOptions: ChildOptions;
  #reloading: Promise<void> = Promise.resolve();
  #state: 'starting' | 'open' | 'ending' = 'starting';
  #aborted: { reason: unknown } | undefined;

  constructor(options: ChildFleetOptions) {
    this.#options = options;
    this.#childOptions = options.child();
    this.#wear = new Wear(() => options.size());
    this.#pulse = new PulseWatch({
      size: () => options.size(),
      children: () => this.#crew.all,
      onLook: () => this.adjust(),
    });
  }

  get all(): Child[] {
    return this.#crew.all;
  }

  get isStarting(): boolean {
    return this.#state === 'starting';
  }

  /** The serving child that has the fewest requests, of those that can be given another one now. */
  leastBusy(): Child | undefined {
    const { requestsPerChild } = this.#options.size();
    let best: Child | undefined;
    for (const [child, role] of this.#crew) {
      if (role !== 'serving' || !child.hasRoom || child.load >= requestsPerChild) continue;
      if (this.#wear.isSpent(child)) continue;
      if (best === undefined || child.load < best.load) best = child;
    }
    return best;
  }

  // ── starting ────────────────────────────────────────────────────────────────────────────────────────────

  async start(): Promise<void> {
    this.#pulse.start();
    const starts = Array.from({ length: this.#size }, () => this.#startFirst());
    const results = await Promise.allSettled(starts);
    if (this.#state !== 'starting') throw closedBefore('listen()');
    const failures = results.filter((result) => result.status === 'rejected');
    const [first] = failures;
    if (failures.length === results.length || (first && !isStartFailure(first.reason))) throw first?.reason;
    this.#state = 'open';
    this.adjust();
    if (first !== undefined) this.#options.onFailure(first.reason);
  }

  /**
   * Replaces every child by one that has loaded the handler anew; the old ones end when their requests have. One
   * that is called while another runs begins after it.
   */
  reload(): Promise<void> {
    this.#reloading = this.#reloading.catch(isReportedByIt).then(() => this.#reload());
    return this.#reloading;
  }

  async #reload(): Promise<void> {
    if (!this.#isOpen) throw closedBefore('reload()');
    const childOptions = this.#options.child();
    const starts = Array.from({ length: this.#size }, () => this.#spawn(childOptions, 'fresh'));
    const results = await Promise.allSettled(starts);
    if (!this.#isOpen) throw closedBefore('reload()');
    const failure = results.find((result) => result.status === 'rejected');
    if (failure !== undefined) {
      for (const child of this.#crew.in('fresh')) this.#assignRetiring(child);
      throw failure.reason;
    }
    this.#childOptions = childOptions;
    for (const [child, role] of this.#crew) {
      if (role === 'fresh') this.#crew.assign(child, 'standby');
      else this.#assignRetiring(child);
    }
    this.adjust();
  }

  /** The state can change during every await; a method keeps TypeScript from assuming otherwise. */
  get #isOpen(): boolean {
    return this.#state === 'open';
  }

  async #startFirst(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#spawn();
        return;
      } catch (error) {
        if (attempt === START_ATTEMPTS || !isStartFailure(error)) throw error;
        await delay(waitAfter(attempt));
        if (this.#state !== 'starting') throw error;
      }
    }
  }

  async #startOne(): Promise<void> {
    try {
      await this.#spawn();
      this.#backoff.succeeded();
      this.adjust();
    } catch (error) {
      this.#startFailed(error);
    }
  }

  async #spawn(options = this.#childOptions, role: 'standby' | 'fresh' = 'standby'): Promise<void> {
    const child = this.#fork(options);
    this.#crew.assign(child, 'starting');
    try {
      await child.started;
    } catch (error) {
      if (child.hasEnded) {
        this.#crew.remove(child);
      } else {
        this.#crew.assign(child, 'retiring');
        child.kill();
      }
      if (child.isUnwanted) return;
      if (child.endSignal === 'SIGKILL') this.#backoff.killed();
      throw error;
    }
    this.#crew.assign(child, role);
    if (this.#aborted !== undefined) child.abort(this.#aborted.reason);
  }

  #fork(options: ChildOptions): Child {
    try {
      return new Child(options, this.#options.owner);
    } catch (error) {
      throw error instanceof SocketServerError ? error : childStart((error as Error).message, error);
    }
  }

  /** Tells of it once a spell; where no child is left, whoever waits is told too, and not left hanging. */
  #startFailed(error: unknown): void {
    if (this.#state === 'ending' || this.#backoff.isWaiting) return;
    this.#backoff.failed(() => this.adjust());
    if (this.#backoff.failures === START_ATTEMPTS) this.#options.onFailure(error);
    const noneStarts = this.#backoff.failures >= START_ATTEMPTS && this.#crew.count('serving') === 0;
    if (noneStarts) this.#options.onNoneStarts(error);
  }

  // ── how many there are ──────────────────────────────────────────────────────────────────────────────────

  /** Brings the number of children to what is wanted now, and replaces those that are worn. */
  adjust(): void {
    if (this.#state !== 'open') return;
    const { maxChildren, standbyChildren } = this.#options.size();
    for (const child of this.#crew.in('serving').slice(maxChildren)) this.#assignRetiring(child);
    for (const child of this.#worn) {
      if (this.#crew.count('standby') === 0) break;
      this.#assignRetiring(child);
      this.#promote();
    }
    while (this.#crew.count('serving') < maxChildren && this.#crew.count('standby') > 0) this.#promote();
    for (const child of this.#crew.in('standby').slice(standbyChildren)) this.#assignRetiring(child);
    // Silent children still use memory: no more of them are replaced than there are children wanted.
    const tooSilent = Math.max(0, this.#crew.count('silent') - maxChildren);
    let missing = this.#size + this.#worn.length - tooSilent;
    for (const role of ['starting', 'standby', 'serving'] as const) missing -= this.#crew.count(role);
    if (!this.#backoff.isWaiting) for (; missing > 0; missing--) void this.#startOne();
    this.#pulse.start();
    this.#options.onChange();
  }

  get #size(): number {
    const { maxChildren, standbyChildren } = this.#options.size();
    return maxChildren + standbyChildren;
  }

  get #worn(): Child[] {
    return this.#crew.in('serving').filter((child) => this.#wear.isWorn(child));
  }

  #promote(): void {
    const [child] = this.#crew.in('standby');
    if (child === undefined) return;
    this.#wear.begin(child);
    this.#crew.assign(child, 'serving');
  }

  // ── what becomes of a child ─────────────────────────────────────────────────────────────────────────────

  wereGiven(children: Iterable<Child>): void {
    for (const child of children) if (this.#wear.isWorn(child)) this.adjust();
  }

  freed(child: Child): void {
    if (child.load > 0) return;
    if (this.#crew.roleOf(child) === 'retiring') void child.end();
    else if (this.#wear.isSpent(child)) this.retire(child);
  }

  silent(child: Child): void {
    if (this.#crew.roleOf(child) !== 'serving') return;
    this.#crew.assign(child, 'silent');
    this.adjust();
  }

  answered(child: Child): void {
    if (this.#crew.roleOf(child) === 'silent') this.retire(child);
  }

  /** It gets no request any more, and ends when it has none left. */
  retire(child: Child): void {
    this.#assignRetiring(child);
    this.adjust();
  }

  ended(child: Child): void {
    if (this.#crew.roleOf(child) === 'starting') return; // its start has failed, which is seen to there
    this.#crew.remove(child);
    this.adjust();
  }

  #assignRetiring(child: Child): void {
    this.#crew.assign(child, 'retiring');
    if (child.load === 0) void child.end();
  }

  // ── the end ─────────────────────────────────────────────────────────────────────────────────────────────

  abort(reason: unknown): void {
    this.#aborted ??= { reason };
    for (const child of this.#crew.all) child.abort(reason);
  }

  /** Every child ends when its requests have. */
  end(): void {
    this.#stop();
    for (const child of this.#crew.all) this.#assignRetiring(child);
  }

  /** Every child ends. */
  kill(): void {
    this.#stop();
    for (const child of this.#crew.all) void child.end();
  }

  async allEnded(): Promise<void> {
    while (this.#crew.all.length > 0) await Promise.all(this.#crew.all.map((child) => child.ended));
  }

  #stop(): void {
    this.#state = 'ending';
    this.#backoff.stop();
    this.#pulse.stop();
  }
}

/** A child that could not start may start the next time; a module that throws will throw again. */
function isStartFailure(error: unknown): boolean {
  return (error as { code?: unknown } | undefined)?.code === 'ERR_SOCKETSERVER_CHILD_START';
}

/** Whoever called `reload()` has its error; the next one only waits for its end. */
function isReportedByIt(): void {}
