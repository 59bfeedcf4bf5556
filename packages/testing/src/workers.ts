import type { Composition } from './composition.js';

/** Fields of a pool of workers, by names that no engine has. Times in ms, memory in bytes. */
export interface PoolFields {
  /** Workers that run requests. */
  readonly max?: number;
  /** Workers that are always ready, where the number follows the load. */
  readonly min?: number;
  /** Workers that are kept ready to replace others. */
  readonly standby?: number;
  /** Requests that one worker runs at once. */
  readonly requestsPerWorker?: number;
  /** Requests after which a worker is replaced. */
  readonly maxRequests?: number;
  readonly maxRequestsJitter?: number;
  /** Memory above which a worker is replaced. */
  readonly maxMemory?: number;
  readonly stuckTimeout?: number;
  /** Without work, after which a worker above the minimum ends. */
  readonly idleTimeout?: number;
}

/** How a worker can die. `SIGKILL`: of a process only. */
export type Death = 'exit' | 'uncaught' | 'rejected' | 'SIGKILL';

/** What the contract has to know of an engine that runs requests in workers: everything that its names or figures say. */
export interface WorkerEngine {
  /** The name of each field; one that the engine has not is left out, and not set. */
  readonly names: { readonly [Field in keyof PoolFields]: string };
  /** How many workers there are, of every kind that the engine tells of. */
  present(server: object): number;
  /** Codes of the error of a request whose worker died. */
  readonly died: readonly string[];
  /** Codes of the error of a worker that did not start, where that is not the module's own. */
  readonly notStarted: readonly string[];
  /** The ways in which a worker can die, each with what the error says of it. */
  readonly deaths: { readonly [Way in Death]?: RegExp };
  /** A limit of memory that a fresh worker is below, and how many MB above it are too much. */
  readonly memory: { readonly limit: number; readonly leakMb: number };
}

const MB = 1_048_576;
const EXIT = /code:? 3\b/;

const THREADS: WorkerEngine = {
  names: {
    max: 'maxThreads',
    min: 'minThreads',
    standby: 'standbyThreads',
    requestsPerWorker: 'requestsPerThread',
    maxRequests: 'maxRequestsPerThread',
    maxRequestsJitter: 'maxRequestsJitter',
    maxMemory: 'maxWorkerMemory',
    stuckTimeout: 'stuckTimeout',
    idleTimeout: 'idleTimeout',
  },
  present,
  died: ['ERR_SOCKETSERVER_WORKER_DIED'],
  notStarted: ['ERR_SOCKETSERVER_WORKER_START'],
  deaths: { exit: EXIT, uncaught: /nobody catches this/, rejected: /nobody awaits this/ },
  // Its own objects and buffers.
  memory: { limit: 64 * MB, leakMb: 80 },
};

const CHILDREN: WorkerEngine = {
  names: {
    max: 'maxChildren',
    min: 'minChildren',
    standby: 'standbyChildren',
    requestsPerWorker: 'requestsPerChild',
    maxRequests: 'maxRequestsPerChild',
    maxRequestsJitter: 'maxRequestsJitter',
    maxMemory: 'maxWorkerMemory',
    stuckTimeout: 'stuckTimeout',
    idleTimeout: 'idleTimeout',
  },
  present,
  died: ['ERR_SOCKETSERVER_WORKER_DIED'],
  notStarted: ['ERR_SOCKETSERVER_WORKER_START'],
  deaths: { exit: EXIT, uncaught: /code:? 1\b/, rejected: /code:? 1\b/, SIGKILL: /SIGKILL/ },
  // The resident set of its process.
  memory: { limit: 300 * MB, leakMb: 320 },
};

export function workerEngine({ name, runsIn }: Composition): WorkerEngine {
  switch (runsIn) {
    case 'thread':
      return THREADS;
    case 'child':
      return CHILDREN;
    case 'loop':
      throw new Error(`Expected ${name} to run requests in workers, got one that runs them in its loop`);
  }
}

function present(server: object): number {
  const { workers } = (server as { stats(): { workers: Record<string, number> } }).stats();
  return Object.values(workers).reduce((sum, count) => sum + count, 0);
}
