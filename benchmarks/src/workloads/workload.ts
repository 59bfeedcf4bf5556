import type { LoadPlan, Transport, Work } from '../protocol.js';

/** What is compared. */
export type Metric = 'per second' | 'bytes per connection' | 'ms to listen' | 'µs p99' | 'clients hung';

/** Clients of one kind. */
export interface LoadShape {
  readonly transport: Transport;
  readonly connection: LoadPlan['connection'];
  readonly work: Work;
  /** Over all load processes. */
  readonly connections: number;
  /** Requests a second, over all load processes: an open loop. Without it: a closed one. */
  readonly rate?: number;
  /** Processes that make the load: more than one, so that the server is what runs short of a CPU. */
  readonly processes: number;
}

/** What is asked of every strategy. Plain data: it is part of the result. */
export interface Workload {
  readonly name: string;
  /** In words, for the report. */
  readonly title: string;
  readonly metric: Metric;
  /**
   * - load: the load runs for a while
   * - idle: connections are opened and do nothing
   * - listen: the server starts and ends
   * - kills: the load runs while processes of the server are killed
   */
  readonly kind: 'load' | 'idle' | 'listen' | 'kills';
  readonly load: LoadShape;
  /** More clients at the same time, of which nothing is counted but errors. */
  readonly beside?: LoadShape;
  /** CPU time of a heavy request, in microseconds. */
  readonly heavyMicros?: number;
  /** Threads or processes of the server. @default what the command line says */
  readonly workers?: number;
  readonly requestsPerWorker?: number;
  readonly maxRequestsPerWorker?: number;
  /** Longest time for an answer. @default 5 s */
  readonly timeoutMs?: number;
  /** How many times the usual warm-up it needs. @default 1 */
  readonly warmUps?: number;
  /** How long to measure. @default as long as the command line says */
  readonly measureMs?: number;
  /** Which strategies it tells something of. @default all */
  readonly strategies?: readonly string[];
  /** Part of a first impression (`--quick`): not at all, with all strategies, or with these. */
  readonly quick: boolean | readonly string[];
  /** One of several workloads that differ in one number only: a curve. */
  readonly sweep?: { readonly of: 'connections' | 'workers'; readonly at: number };
}

export function moreIsBetter(metric: Metric): boolean {
  return metric === 'per second';
}
