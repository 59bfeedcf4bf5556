import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError } from 'commander';
import { STRATEGIES } from './strategies/index.js';
import { WORKLOADS } from './workloads/index.js';

/** What the command line says. Times are milliseconds. */
export interface Options {
  readonly quick: boolean;
  readonly targets: boolean;
  readonly workloads?: readonly string[];
  readonly strategies?: readonly string[];
  readonly connections?: number;
  readonly workers: number;
  readonly rounds: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
  /** The binary of Node that runs the servers. */
  readonly node: string;
  /** The folder of the results. */
  readonly out: string;
  readonly cpuProf?: string;
}

const RESULTS = fileURLToPath(new URL('../results', import.meta.url));
const STANDARD = { rounds: 3, warmUpMs: 250, measureMs: 500 };
const QUICK = { rounds: 2, warmUpMs: 200, measureMs: 300 };
const TARGETS = { rounds: 7, warmUpMs: 400, measureMs: 1_000 };

const WORKLOAD_NAMES = WORKLOADS.map(({ name }) => name);
const STRATEGY_NAMES = STRATEGIES.map(({ name }) => name);

/** Reads the command line. Bad options end the process with one line on stderr. */
export function readOptions(argv: readonly string[]): Options {
  const command = new Command('npm run bench --')
    .description('Compares ways to serve on this machine: every strategy under every workload, in rounds.')
    .option('--quick', `a first impression in under 90 s: some workloads, ${QUICK.rounds} short rounds`)
    .option('--targets', 'only what the targets of this project need, and a table of them')
    .option('--only <names>', 'workloads, strategies, or some of both, by name', names(NAMES))
    .option(
      '--workloads <names>',
      `what to ask of the servers: ${WORKLOAD_NAMES.join(', ')}`,
      names(WORKLOAD_NAMES),
    )
    .option('--strategies <names>', `how to serve: ${STRATEGY_NAMES.join(', ')}`, names(STRATEGY_NAMES))
    .option('--connections <count>', 'clients at once, instead of what each workload has', wholeNumber)
    .option('--workers <count>', 'threads or processes of the servers', wholeNumber, availableParallelism())
    .option('--rounds <count>', `how often to run each pair (default: ${roundsText()})`, wholeNumber)
    .option('--warm-up <ms>', 'load that is not counted, before each measuring', wholeNumber)
    .option('--measure <ms>', 'how long to count', wholeNumber)
    .option('--node <binary>', 'the Node that runs the servers', process.execPath)
    .option('--cpu-prof <folder>', 'write CPU profiles of the servers there')
    .option('--out <folder>', 'where to write the result', RESULTS)
    .addHelpText('after', '\nNames are separated by commas.');
  return completed(command.parse(argv, { from: 'user' }).opts<GivenOptions>());
}

const NAMES = [...WORKLOAD_NAMES, ...STRATEGY_NAMES];

interface GivenOptions {
  readonly quick?: true;
  readonly targets?: true;
  readonly only?: readonly string[];
  readonly workloads?: readonly string[];
  readonly strategies?: readonly string[];
  readonly connections?: number;
  readonly workers: number;
  readonly rounds?: number;
  readonly warmUp?: number;
  readonly measure?: number;
  readonly node: string;
  readonly cpuProf?: string;
  readonly out: string;
}

function completed(given: GivenOptions): Options {
  const { quick = false, targets = false, connections, cpuProf, workers, node, out } = given;
  const usual = quick ? QUICK : targets ? TARGETS : STANDARD;
  const workloads = given.workloads ?? someOf(given.only, WORKLOAD_NAMES);
  const strategies = given.strategies ?? someOf(given.only, STRATEGY_NAMES);
  return {
    quick,
    targets,
    workers,
    node,
    out,
    rounds: given.rounds ?? usual.rounds,
    warmUpMs: given.warmUp ?? usual.warmUpMs,
    measureMs: given.measure ?? usual.measureMs,
    ...(workloads && { workloads }),
    ...(strategies && { strategies }),
    ...(connections !== undefined && { connections }),
    ...(cpuProf !== undefined && { cpuProf }),
  };
}

/** @returns undefined if none of them is meant */
function someOf(given: readonly string[] | undefined, known: readonly string[]): string[] | undefined {
  const some = given?.filter((name) => known.includes(name));
  return some?.length === 0 ? undefined : some;
}

/** An option that takes some of these names. */
function names(known: readonly string[]): (text: string) => string[] {
  return (text) => {
    const given = text.split(',').map((name) => name.trim());
    const unknown = given.find((name) => !known.includes(name));
    if (unknown !== undefined)
      throw new InvalidArgumentError(`Expected one of ${known.join(', ')}, got '${unknown}'`);
    return given;
  };
}

function wholeNumber(text: string): number {
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new InvalidArgumentError(`Expected a whole number of at least 1, got '${text}'`);
  }
  return count;
}

function roundsText(): string {
  return `${STANDARD.rounds}; with --targets ${TARGETS.rounds}`;
}
