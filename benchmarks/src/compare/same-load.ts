import { isDeepStrictEqual } from 'node:util';
import type { Workload } from '../workloads/index.js';

/** Whether two workloads ask the same of a server: a name alone says nothing of `--connections`, or of other versions. */
export function isSameLoad(one: Workload, other: Workload): boolean {
  return isDeepStrictEqual(asked(one), asked(other));
}

function asked(workload: Workload): Partial<Workload> {
  const { name, metric, kind, load, beside, heavyMicros, workers } = workload;
  const { requestsPerWorker, maxRequestsPerWorker, timeoutMs } = workload;
  const limits = { requestsPerWorker, maxRequestsPerWorker, timeoutMs };
  // What a result was read from has no members that are undefined.
  return JSON.parse(
    JSON.stringify({ name, metric, kind, load, beside, heavyMicros, workers, ...limits }),
  ) as Partial<Workload>;
}
