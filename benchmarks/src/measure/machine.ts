import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';

/** What the figures came from. */
export interface Machine {
  readonly cpus: number;
  readonly cpuModel: string;
  readonly memoryBytes: number;
  readonly system: string;
  /** Of the servers. */
  readonly node: string;
  /** Of the load. */
  readonly loadNode: string;
  /** Processes that wanted a CPU over the last minute, before the first trial. */
  readonly loadAverage: number;
}

export function describeMachine(node: string): Machine {
  return {
    cpus: availableParallelism(),
    cpuModel: cpus()[0]?.model ?? 'unknown',
    memoryBytes: totalmem(),
    system: `${type()} ${release()}`,
    node: versionOf(node),
    loadNode: process.version,
    loadAverage: loadavg()[0] ?? NaN,
  };
}

/** @throws when `node` is no Node */
function versionOf(node: string): string {
  return execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
}
