import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Machine } from '../measure/machine.js';
import type { RoundTrial, Skip } from '../measure/rounds.js';
import type { TargetResult } from '../targets/index.js';
import type { Workload } from '../workloads/index.js';
import type { Summary } from './summary.js';

/** What a run leaves behind. */
export interface Result {
  readonly format: 1;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly finishedAt: string;
  /** It was ended early (Ctrl-C): not every round was run. */
  readonly isInterrupted: boolean;
  /** The options as they were given. */
  readonly argv: readonly string[];
  readonly machine: Machine;
  readonly method: Method;
  /** The strategy that `ratio` and `cpuRatio` of the summaries are to. */
  readonly baseline: string;
  /** Those that were run, in their order. */
  readonly workloads: readonly Workload[];
  readonly strategies: readonly StrategyFacts[];
  readonly skipped: readonly Skip[];
  readonly summaries: readonly Summary[];
  readonly trials: readonly RoundTrial[];
  /** Those whose workloads were run. */
  readonly targets: readonly TargetResult[];
}

/** How it was measured. Times are milliseconds. */
export interface Method {
  readonly rounds: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
  readonly workers: number;
}

export interface StrategyFacts {
  readonly name: string;
  readonly title: string;
  readonly isOurs: boolean;
  readonly runtime: 'node' | 'python3';
}

/** Writes a result into a folder, named for when it was begun. @returns the path of the file */
export function writeResult(result: Result, folder: string): string {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${result.startedAt.replaceAll(':', '-')}.json`);
  writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
  return file;
}

/** @throws when the file is no result of this tool, or of another version of it */
export function readResult(file: string): Result {
  const result = parse(file);
  if (result.format !== 1 || !Array.isArray(result.trials) || !Array.isArray(result.summaries)) {
    throw new Error(`Expected \`${file}\` to be a result of this tool (format 1), got something else`);
  }
  return result as Result;
}

function parse(file: string): Partial<Result> {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return typeof value === 'object' && value !== null ? value : {};
  } catch (error) {
    throw new Error(`Expected \`${file}\` to be a result of this tool, got ${String(error)}`, {
      cause: error,
    });
  }
}
