import { availableParallelism } from 'node:os';
import type { Workload } from './workload.js';

const MANY_AT_ONCE = ['async', 'threading', 'forking', 'cluster'];
const WITH_WORKERS = ['raw-threads', 'threading', 'forking', 'cluster'];
const CONNECTIONS = [8, 64, 512, 2_048];
/** CPU time of each message while workers are added, in microseconds: enough for the CPU to be what is short. */
const SWEEP_MICROS = 500;

/** Throughput and latency against connections. */
export function connectionSweep(): Workload[] {
  return CONNECTIONS.map((connections) => ({
    name: `connections-${connections}`,
    title: `messages on ${connections.toLocaleString('en')} open connections`,
    metric: 'per second',
    kind: 'load',
    load: { transport: 'tcp', connection: 'kept', work: 'light', connections, processes: 2 },
    strategies: MANY_AT_ONCE,
    quick: false,
    sweep: { of: 'connections', at: connections },
  }));
}

/** Speed-up against workers: up to twice as many as there are CPUs. */
export function workerSweep(cpus = availableParallelism()): Workload[] {
  const counts = [];
  for (let workers = 1; workers <= cpus * 2; workers *= 2) counts.push(workers);
  return counts.map((workers) => ({
    name: `workers-${workers}`,
    title: `${SWEEP_MICROS} µs of CPU for each message, ${workers} ${workers === 1 ? 'worker' : 'workers'}`,
    metric: 'per second',
    kind: 'load',
    load: { transport: 'tcp', connection: 'kept', work: 'heavy', connections: 32, processes: 1 },
    heavyMicros: SWEEP_MICROS,
    workers,
    strategies: WITH_WORKERS,
    quick: false,
    sweep: { of: 'workers', at: workers },
  }));
}
