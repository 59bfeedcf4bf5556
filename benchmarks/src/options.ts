import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Command, InvalidArgumentError, Option } from 'commander';
import { BadOption } from './bad-option.js';
import { newestResult, readResult, type Result } from './report/result-file.js';
import type { ProbePlan } from './subject/index.js';
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
  /** The user's own handler, and what it is asked. */
  readonly subject?: ProbePlan;
  /** An earlier result, and its file. */
  readonly compareWith?: { readonly file: string; readonly result: Result };
  /** The result to write documents from, in place of measuring. */
  readonly docs?: Result;
}

const RESULTS = fileURLToPath(new URL('../results', import.meta.url));
const STANDARD = { rounds: 3, warmUpMs: 250, measureMs: 400 };
const QUICK = { rounds: 2, warmUpMs: 100, measureMs: 300 };
/** Long enough for connections under threads to be compiled, each thread for itself: on Node 26 that takes 6 s. */
const TARGETS = { rounds: 5, warmUpMs: 1_000, measureMs: 2_000 };

const WORKLOAD_NAMES = WORKLOADS.map(({ name }) => name);
const OWN_TIME = WORKLOADS.filter(({ measureMs }) => measureMs !== undefined).map(({ name }) => name);
const STRATEGY_NAMES = STRATEGIES.map(({ name }) => name);

/**
 * Reads the command line. Options that are not understood end the process with one line on stderr.
 * @throws {BadOption} when what an option names is not there
 */
export function readOptions(argv: readonly string[]): Options {
  const command = new Command('npm run bench --')
    .description('Compares ways to serve on this machine: every strategy under every workload, in rounds.')
    // A suggestion comes on a line of its own; an error of this tool is one line.
    .configureOutput({ outputError: (text, write) => write(`${text.trim().replaceAll(/\s*\n\s*/g, ' ')}\n`) })
    .addOption(
      new Option(
        '--quick',
        `a first impression in under 90 s: some workloads, ${QUICK.rounds} short rounds`,
      ).conflicts('targets'),
    )
    .option('--targets', 'only what the targets of this project need, and a table of them')
    .option('--only <names>', 'workloads, strategies, or some of both, by name', names(NAMES))
    .option(
      '--workloads <names>',
      `what to ask of the servers: ${WORKLOAD_NAMES.join(', ')}`,
      names(WORKLOAD_NAMES),
    )
    .option('--strategies <names>', `how to serve: ${STRATEGY_NAMES.join(', ')}`, names(STRATEGY_NAMES))
    .option(
      '--connections <count>',
      'clients at once, instead of what each workload has (not `connections-…`, which differ in it)',
      wholeNumber,
    )
    .option(
      '--workers <count>',
      'threads or processes of the servers (not of `listen` and `workers-…`, which have their own)',
      wholeNumber,
      availableParallelism(),
    )
    .option('--rounds <count>', `how often to run each pair (default: ${roundsText()})`, wholeNumber)
    .option(
      '--warm-up <ms>',
      'load that is not counted, before each measuring; six times as long where each request is a connection',
      wholeNumber,
    )
    .option(
      '--measure <ms>',
      `how long to count (not ${OWN_TIME.join(', ')}: they have their own time)`,
      wholeNumber,
    )
    .option('--node <binary>', 'the Node that runs the servers', process.execPath)
    .option('--cpu-prof <folder>', 'write CPU profiles of the servers there')
    .option('--handler <module>', 'measure your own handler: a module that exports one by default')
    .option('--request <file>', 'what to send to it, byte by byte')
    .option('--answer <file>', 'what it must answer (default: what it answers, if that is always the same)')
    .option('--compare <result>', 'say what got better or worse since an earlier result (a .json file)')
    .option(
      '--docs [result]',
      'measure nothing: write docs/choosing.md from a result (a .json file; default: the newest of a whole run)',
    )
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
  readonly handler?: string;
  readonly request?: string;
  readonly answer?: string;
  readonly compare?: string;
  readonly docs?: string | true;
  readonly out: string;
}

function completed(given: GivenOptions): Options {
  const { quick = false, targets = false, connections, cpuProf, workers } = given;
  const usual = quick ? QUICK : targets ? TARGETS : STANDARD;
  const workloads = given.workloads ?? someOf(given.only, WORKLOAD_NAMES);
  const strategies = given.strategies ?? someOf(given.only, STRATEGY_NAMES);
  return {
    quick,
    targets,
    workers,
    // A name without a slash is looked for in PATH.
    node: given.node.includes('/') ? pathOf(given.node) : given.node,
    out: pathOf(given.out),
    rounds: given.rounds ?? usual.rounds,
    warmUpMs: given.warmUp ?? usual.warmUpMs,
    measureMs: given.measure ?? usual.measureMs,
    ...(workloads && { workloads }),
    ...(strategies && { strategies }),
    ...(connections !== undefined && { connections }),
    ...(cpuProf !== undefined && { cpuProf: pathOf(cpuProf) }),
    ...subjectOf(given),
    ...(given.docs !== undefined && { docs: documented(given.docs, given.out) }),
    ...(given.compare !== undefined && {
      compareWith: { file: pathOf(given.compare), result: readResult(pathOf(given.compare)) },
    }),
  };
}

/** A result that is named may be a quick one, or one that was ended early: the user has chosen it. */
function documented(given: string | true, out: string): Result {
  const file = given === true ? newestResult(pathOf(out)) : pathOf(given);
  if (file === undefined) {
    throw new BadOption(
      `Expected a result in ${pathOf(out)} that is not quick, not ended early and not of a \`--handler\`, got none; run \`npm run bench\` first`,
    );
  }
  const result = readResult(file);
  if (result.trials.length > 0) return result;
  throw new BadOption(
    `Expected \`${file}\` to be a result with trials, got one in which nothing was measured`,
  );
}

function subjectOf({ handler, request, answer }: GivenOptions): Pick<Options, 'subject'> {
  if (handler === undefined) {
    if (request === undefined && answer === undefined) return {};
    throw new BadOption('Expected `--handler` beside `--request` and `--answer`, got none');
  }
  if (request === undefined) {
    throw new BadOption('Expected `--request <file>` beside `--handler`: what to send to it; got none');
  }
  const bytes = bytesOf('--request', request);
  if (bytes.length === 0) {
    throw new BadOption(
      `Expected \`--request\` to be a file with something to send, got '${request}', which is empty`,
    );
  }
  const subject = { handler: pathToFileURL(pathOf(handler)), request: bytes };
  if (!existsSync(subject.handler))
    throw new BadOption(`Expected \`--handler\` to be a file, got '${handler}'`);
  return { subject: answer === undefined ? subject : { ...subject, answer: bytesOf('--answer', answer) } };
}

/** From where the user is: npm runs its scripts in the folder of package.json. */
function pathOf(given: string): string {
  return resolve(process.env['INIT_CWD'] ?? '.', given);
}

function bytesOf(option: string, file: string): Buffer {
  try {
    return readFileSync(pathOf(file));
  } catch {
    throw new BadOption(`Expected \`${option}\` to be a file, got '${file}'`);
  }
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
