import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { BadOption } from '../bad-option.js';
import type { Comparison } from '../compare/index.js';
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
  /** The user's own handler, if it was that which was measured. */
  readonly subject?: SubjectFacts;
  readonly comparison?: Comparison;
  /** Those whose workloads were run. */
  readonly targets: readonly TargetResult[];
}

/** How it was measured. Times are milliseconds. */
export interface Method {
  readonly rounds: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
  readonly workers: number;
  /** A first impression: fewer workloads, shorter. */
  readonly quick: boolean;
}

export interface SubjectFacts {
  /** The URL of its module. */
  readonly handler: string;
  readonly requestBytes: number;
  /** null: its answers differ, and only their being there was checked. */
  readonly answerBytes: number | null;
}

export interface StrategyFacts {
  readonly name: string;
  readonly title: string;
  readonly isOurs: boolean;
  readonly runtime: 'node' | 'python3';
}

/** Makes the folder of the results: before anything is measured. @throws {BadOption} */
export function makeFolder(folder: string): void {
  try {
    makeWithParents(folder);
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw new BadOption(`Expected \`--out\` to be a folder to write into, got '${folder}': ${String(error)}`);
  }
}

/** `mkdirSync(…, { recursive: true })` of Node 20 never comes back from a folder that the kernel refuses, as in /proc. */
function makeWithParents(folder: string): void {
  if (existsSync(folder)) return;
  makeWithParents(dirname(folder));
  mkdirSync(folder);
}

/** Writes a result into a folder, named for when it was begun. @returns the path of the file */
export function writeResult(result: Result, folder: string): string {
  const file = join(folder, `${result.startedAt.replaceAll(':', '-')}.json`);
  writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
  return file;
}

/** @throws when the file is no result of this tool, or of another version of it */
export function readResult(file: string): Result {
  const result = parse(file);
  const { format, method, machine } = result;
  const lists = [result.trials, result.summaries, result.workloads];
  if (format !== 1 || !lists.every(Array.isArray) || method === undefined || machine === undefined) {
    throw new BadOption(`Expected \`${file}\` to be a result of this tool (format 1), got something else`);
  }
  return result as Result;
}

function parse(file: string): Partial<Result> {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return typeof value === 'object' && value !== null ? value : {};
  } catch (error) {
    throw new BadOption(`Expected \`${file}\` to be a result of this tool, got ${String(error)}`);
  }
}

/**
 * The file of the newest result that speaks for its machine: their names say when they were begun.
 * @returns undefined if there is none
 */
export function newestResult(folder: string): string | undefined {
  return filesOf(folder)
    .filter((name) => name.endsWith('.json'))
    .toSorted()
    .toReversed()
    .map((name) => join(folder, name))
    .find(isWhole);
}

/** All rounds, in full length, of the tool's own handlers. What is no result at all is passed over. */
function isWhole(file: string): boolean {
  try {
    const { trials, isInterrupted, method, subject } = readResult(file);
    return trials.length > 0 && !isInterrupted && !method.quick && subject === undefined;
  } catch (error) {
    if (error instanceof BadOption) return false;
    throw error;
  }
}

function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // nothing was measured yet
  }
}
