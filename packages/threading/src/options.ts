import type { Piscina } from 'piscina';
import { badArgument } from '@socketserver/core/workers';

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
  env: 'use the field of that name',
  execArgv: 'use the field of that name',
  maxQueue: 'requests are no tasks of the pool; use the field `maxConnections`',
  taskQueue: 'requests are no tasks of the pool',
  stricterFIFO: 'requests are no tasks of the pool; they always begin in order',
  loadBalancer: 'requests are no tasks of the pool; each goes to the thread that has the fewest',
  closeTimeout: 'use the `graceMs` of close()',
} as const satisfies { [Option in keyof EveryPoolOption]?: string };

/** Whatever else piscina takes: `argv`, `niceIncrement`, `trackUnmanagedFds`, … */
export type PoolOptions = Omit<EveryPoolOption, keyof typeof REFUSED>;

/** @throws {SocketServerError} ERR_SOCKETSERVER_BAD_ARGUMENT */
export function checkResourceLimits(limits: unknown): void {
  if (typeof limits === 'object') return;
  throw badArgument('resourceLimits', 'null, or an object as `new Worker()` takes it', limits);
}

/** @throws {SocketServerError} ERR_SOCKETSERVER_BAD_ARGUMENT naming the option */
export function checkPoolOptions(options: unknown): void {
  if (typeof options !== 'object' || options === null) {
    throw badArgument('poolOptions', 'an object with options of piscina', options);
  }
  for (const [name, reason] of Object.entries(REFUSED)) {
    const value = (options as Record<string, unknown>)[name];
    if (value === undefined || (name === 'atomics' && value === 'disabled')) continue;
    throw badArgument(`poolOptions.${name}`, `left out (${reason})`, value);
  }
}
