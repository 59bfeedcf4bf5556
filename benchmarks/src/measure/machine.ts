import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import { BadOption } from '../bad-option.js';
import { pythonVersion } from '../strategies/index.js';
import { calibrateHash } from './calibrate.js';

/** What the figures came from. */
export interface Machine {
  readonly cpus: number;
  readonly cpuModel: string;
  readonly memoryBytes: number;
  readonly system: string;
  /** Of the servers. */
  readonly node: string;
  /** Of what Node is made of: `process.versions`. */
  readonly versions: Readonly<Record<string, string>>;
  /** Of the load. */
  readonly loadNode: string;
  /** null where there is none. */
  readonly python: string | null;
  /** Bytes of SHA-256 that one CPU computes in a microsecond. */
  readonly hashBytesPerMicro: number;
  /** The share of its CPUs that others used, just before the first trial. Results of older versions lack it. */
  readonly busyShare?: number;
}

/** @throws {BadOption} when `node` is no Node */
export function describeMachine(node: string): Machine {
  const versions = versionsOf(node);
  return {
    cpus: availableParallelism(),
    cpuModel: cpus()[0]?.model ?? 'unknown',
    memoryBytes: totalmem(),
    system: `${type()} ${release()}`,
    node: `v${versions['node']}`,
    versions,
    loadNode: process.version,
    python: pythonVersion() ?? null,
    hashBytesPerMicro: calibrateHash(node),
  };
}

function versionsOf(node: string): Record<string, string> {
  try {
    const text = execFileSync(node, ['-p', 'JSON.stringify(process.versions)'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return JSON.parse(text) as Record<string, string>;
  } catch {
    throw new BadOption(`Expected \`--node\` to be a binary of Node, got '${node}'`);
  }
}
