import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { badArgument } from '../errors.js';
import { checkInteger } from '../validation.js';

/** How many workers a server has, how much each takes, and when it is replaced. All may be changed while serving. */
export interface PoolSize {
  /** Workers that are always there. */
  readonly min: number;
  /** Workers at most. */
  readonly max: number;
  /** Workers that are kept ready to take the place of others. */
  readonly standby: number;
  /** Requests that one worker runs at once. */
  readonly requestsPerWorker: number;
  /** Requests after which a worker is replaced; 0: no limit; 1: a fresh worker for every request. */
  readonly maxRequests: number;
  /** Up to this many more, at random. */
  readonly maxRequestsJitter: number;
  /** Bytes of memory above which a worker is replaced; 0: no limit. */
  readonly maxWorkerMemory: number;
  /** Milliseconds without work after which a worker above `min` ends; Infinity: never. */
  readonly idleTimeout: number;
  /** Milliseconds for which a worker's event loop may stand still; 0: for ever. */
  readonly stuckTimeout: number;
}

/** The fields of a server that say the same under the names of its engine. */
export interface PoolFieldNames {
  readonly min: string;
  readonly max: string;
  readonly standby: string;
  readonly requestsPerWorker: string;
  readonly maxRequests: string;
}

/** The fields that have the same name in both engines. */
export interface PoolFields {
  readonly maxRequestsJitter: number;
  readonly maxWorkerMemory: number;
  readonly idleTimeout: number;
  readonly stuckTimeout: number;
}

/**
 * What the fields of a server say, checked.
 * @throws {SocketServerError} ERR_SOCKETSERVER_BAD_ARGUMENT naming the field
 */
export function poolSizeOf(fields: PoolFields, names: PoolFieldNames): PoolSize {
  const valueOf = (name: string): number | null =>
    (fields as unknown as Record<string, number | null>)[name] ?? null;
  const max = checkInteger(names.max, valueOf(names.max), { min: 1 });
  const min = valueOf(names.min) === null ? max : checkInteger(names.min, valueOf(names.min), { min: 1 });
  if (min > max) throw badArgument(names.min, `at most \`${names.max}\` (${max})`, min);
  const maxRequests = checkInteger(names.maxRequests, valueOf(names.maxRequests), { min: 0 });
  const standby = valueOf(names.standby);
  const { maxRequestsJitter, maxWorkerMemory, idleTimeout, stuckTimeout } = fields;
  return {
    min,
    max,
    standby:
      standby === null ? defaultStandby(max, maxRequests) : checkInteger(names.standby, standby, { min: 0 }),
    requestsPerWorker: checkInteger(names.requestsPerWorker, valueOf(names.requestsPerWorker), { min: 1 }),
    maxRequests,
    maxRequestsJitter: checkInteger('maxRequestsJitter', maxRequestsJitter, { min: 0 }),
    maxWorkerMemory: checkInteger('maxWorkerMemory', maxWorkerMemory, {
      min: 0,
      max: Number.MAX_SAFE_INTEGER,
    }),
    idleTimeout: idleTimeout === Infinity ? Infinity : checkInteger('idleTimeout', idleTimeout, { min: 0 }),
    stuckTimeout: checkInteger('stuckTimeout', stuckTimeout, { min: 0 }),
  };
}

/** One for each worker that is replaced at every request; one if any is ever replaced. */
function defaultStandby(max: number, maxRequests: number): number {
  return maxRequests === 1 ? max : Math.min(maxRequests, 1);
}

/**
 * The default number of workers: the CPUs that this process may use, heeding its affinity and the CPU limit of its container
 * (cgroup v2 `cpu.max`, v1 `cpu.cfs_quota_us`), which Node before 24 does not. At least 1.
 * @param root - where /proc and /sys are
 */
export function defaultWorkers(root = ''): number {
  return Math.max(1, Math.min(availableParallelism(), Math.ceil(cpuLimit(root))));
}

/** The lowest limit of this process's cgroup and of those that it is in, in CPUs. https://docs.kernel.org/admin-guide/cgroup-v2.html */
function cpuLimit(root: string): number {
  let lowest = Infinity;
  for (const line of read(`${root}/proc/self/cgroup`).split('\n')) {
    const [, controllers = '', path = ''] = line.split(':');
    if (controllers !== '' && !controllers.split(',').includes('cpu')) continue;
    const mount = controllers === '' ? `${root}/sys/fs/cgroup` : `${root}/sys/fs/cgroup/cpu`;
    // Inside a container its own cgroup is mounted at the top, whatever its path says.
    for (let group = path; ; group = group.slice(0, group.lastIndexOf('/'))) {
      const at = `${mount}${group === '/' ? '' : group}`;
      const limit =
        controllers === ''
          ? read(`${at}/cpu.max`)
          : `${read(`${at}/cpu.cfs_quota_us`)} ${read(`${at}/cpu.cfs_period_us`)}`;
      const [quota = NaN, period = NaN] = limit.split(/\s+/).map(Number);
      if (quota > 0 && period > 0) lowest = Math.min(lowest, quota / period);
      if (group === '' || group === '/') break;
    }
  }
  return lowest;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return ''; // no Linux, or no such controller
  }
}
