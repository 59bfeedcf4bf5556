import { spawnSync } from 'node:child_process';
import type { Workload } from '../workloads/index.js';
import type { Strategy } from './strategy.js';

let pythonAnswer: string | undefined;

/**
 * The reason why a strategy cannot run a workload here.
 * @returns undefined if it can, as far as is known before it is tried
 */
export function whyNot({ name, runtime }: Strategy, { load }: Workload): string | undefined {
  if (runtime === 'python3' && !hasPython()) return 'there is no python3 on this machine';
  if (name === 'sync' && load.connection !== 'per request' && load.transport !== 'udp') {
    return 'it serves one connection at a time: the others would wait for ever';
  }
  if (load.transport === 'udp' && name === 'raw-threads') {
    return 'nothing is handed over: a socket of datagrams cannot be moved to a thread';
  }
  if (load.transport === 'udp' && name === 'cluster') return 'its workers listen for connections';
  return undefined;
}

function hasPython(): boolean {
  pythonAnswer ??= pythonVersion() ?? '';
  return pythonAnswer !== '';
}

/** @returns undefined where there is none */
export function pythonVersion(): string | undefined {
  const { status, stdout } = spawnSync('python3', ['--version'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}
