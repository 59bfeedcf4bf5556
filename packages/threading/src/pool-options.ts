import type { Piscina } from 'piscina';
import type { ResourceLimits } from 'node:worker_threads';
import { badField } from './errors.js';

type EveryPoolOption = NonNullable<ConstructorParameters<typeof Piscina>[0]>;

/** Options of piscina that would break the hand-over, or that a field of the server says, with the reason. */
const REFUSED = {
  atomics: 'a thread that waits in Atomics.wait freezes the output of its sockets',
  filename: 'the threads run a file of this package',
  name: 'the threads run a file of this package',
  workerData: 'use the field `context`',
  concurrentTasksPerWorker: 'use the field `requestsPerThread`',
  minThreads: 'use the field of that name',
  maxThreads: 'use the field of that name',
  idleTimeout: 'use the field of that name',
  resourceLimits: 'use the field of that name',
  maxQueue: 'requests are no tasks of the pool; use the field `maxConnections`',
  taskQueue: 'requests are no tasks of the pool',
  stricterFIFO: 'requests are no tasks of the pool; they always begin in order',
  loadBalancer: 'requests are no tasks of the pool; each goes to the thread that has the fewest',
  closeTimeout: 'use the `graceMs` of close()',
} as const satisfies { [Option in keyof EveryPoolOption]?: string };

/** Whatever else piscina takes: `env`, `argv`, `execArgv`, `niceIncrement`, `trackUnmanagedFds`, … */
export type PoolOptions = Omit<EveryPoolOption, keyof typeof REFUSED>;

/** The largest wait of a timer of Node; a longer one fires at once. */
const MAX_TIMER_MS = 2_147_483_647;

/** What a server's fields say of its threads, checked. */
export interface ThreadOptions {
  minThreads: number;
  maxThreads: number;
  requestsPerThread: number;
  idleTimeout: number;
  stuckTimeout: number;
  maxRequestsPerThread: number;
  maxRequestsJitter: number;
  maxWorkerRss: number;
  resourceLimits: ResourceLimits | null;
  poolOptions: PoolOptions;
}

/** The fields as the user wrote them. */
export interface ThreadFields extends Omit<ThreadOptions, 'minThreads'> {
  minThreads: number | null;
}

/** @throws {SocketServerError} ERR_SOCKETSERVER_BAD_ARGUMENT naming the field that is wrong */
export function checkThreadFields(fields: ThreadFields): ThreadOptions {
  const { maxThreads, requestsPerThread, idleTimeout, stuckTimeout } = fields;
  const { maxRequestsPerThread, maxRequestsJitter, maxWorkerRss, resourceLimits, poolOptions } = fields;
  checkCount('maxThreads', maxThreads, 1);
  const minThreads = fields.minThreads ?? maxThreads;
  checkCount('minThreads', minThreads, 1);
  if (minThreads > maxThreads) {
    throw badField('minThreads', `at most \`maxThreads\` (${maxThreads})`, minThreads);
  }
  checkCount('requestsPerThread', requestsPerThread, 1);
  if (!(idleTimeout >= 0) || (idleTimeout > MAX_TIMER_MS && idleTimeout !== Infinity)) {
    throw badField('idleTimeout', `milliseconds from 0 to ${MAX_TIMER_MS}, or Infinity`, idleTimeout);
  }
  if (!(stuckTimeout >= 0 && stuckTimeout <= MAX_TIMER_MS)) {
    throw badField('stuckTimeout', `milliseconds from 0 (off) to ${MAX_TIMER_MS}`, stuckTimeout);
  }
  checkCount('maxRequestsPerThread', maxRequestsPerThread, 0);
  checkCount('maxRequestsJitter', maxRequestsJitter, 0);
  checkCount('maxWorkerRss', maxWorkerRss, 0);
  if (typeof resourceLimits !== 'object') {
    throw badField('resourceLimits', 'null, or an object as `new Worker()` takes it', resourceLimits);
  }
  checkPoolOptions(poolOptions);
  return {
    minThreads,
    maxThreads,
    requestsPerThread,
    idleTimeout,
    stuckTimeout,
    maxRequestsPerThread,
    maxRequestsJitter,
    maxWorkerRss,
    resourceLimits,
    poolOptions,
  };
}

function checkPoolOptions(options: unknown): void {
  if (typeof options !== 'object' || options === null) {
    throw badField('poolOptions', 'an object with options of piscina', options);
  }
  for (const [name, reason] of Object.entries(REFUSED)) {
    const value = (options as Record<string, unknown>)[name];
    if (value === undefined || (name === 'atomics' && value === 'disabled')) continue;
    throw badField(`poolOptions.${name}`, `left out (${reason})`, value);
  }
}

function checkCount(name: string, count: number, least: number): void {
  if (!Number.isSafeInteger(count) || count < least)
    throw badField(name, `an integer from ${least} on`, count);
}
