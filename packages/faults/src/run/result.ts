import type { TreeUsage } from '../processes/process-tree.js';
import type { AllStats, Engine, Tallies, Tally } from '../protocol.js';

/** `rssBytes` is what was resident when all that nothing uses had been given back. */
export interface Usage extends TreeUsage {
  /** What was resident before: with garbage that was not collected yet, and memory that was kept for the next burst. */
  readonly grownRssBytes: number;
  /** What the server's main thread uses after all garbage was collected: objects, and memory outside of the heap. */
  readonly heapBytes: number;
  /** What descriptors the server's own process has, and how many of each kind. */
  readonly kinds: Readonly<Record<string, number>>;
}

export interface FaultResult {
  readonly name: string;
  readonly title: string;
  /** `elsewhere`: this engine has no such thing; `not available`: the server has not the member that it needs. */
  readonly status: 'held' | 'broken' | 'not available' | 'elsewhere';
  readonly injected: number;
  /** Clients that were ended in the backlog of a server that was closed, at most: nobody has taken them. */
  readonly untaken: number;
  readonly seconds: number;
  readonly tally: Tally;
  readonly broken: readonly string[];
}

export interface EngineResult {
  readonly engine: Engine;
  readonly seconds: number;
  readonly faults: readonly FaultResult[];
  /** The clients that came all the while. */
  readonly steady: Tallies;
  /** Answers of them a second. */
  readonly requestsPerSecond: number;
  /** All clients together. */
  readonly clients: Tallies;
  readonly before: Usage;
  readonly after: Usage;
  /** The servers' own figures, after the end. */
  readonly stats: AllStats;
  /** Whatever did not hold; empty when all did. */
  readonly broken: readonly string[];
}
