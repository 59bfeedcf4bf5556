import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { RoundsPlan } from './measure/rounds.js';
import { BASELINE, STRATEGIES } from './strategies/index.js';
import { WORKLOADS } from './workloads/index.js';

export interface Options extends RoundsPlan {
  /** The folder of the results. */
  readonly out: string;
}

const RESULTS = fileURLToPath(new URL('../results', import.meta.url));
const TIMEOUT_MS = 5_000;
const FULL = { rounds: 7, warmUpMs: 700, measureMs: 1_500 };
const QUICK = { rounds: 3, warmUpMs: 400, measureMs: 500 };

/** Reads the command line. Bad options end the process with one line on stderr. */
export function readOptions(argv: readonly string[]): Options {
  const command = new Command('npm run bench --')
    .description('Compares ways to serve on this machine: every strategy under every workload, in rounds.')
    .addOption(names('--only <workloads>', 'workloads to run, separated by commas', WORKLOADS))
    .addOption(names('--strategies <names>', `strategies to run beside ${BASELINE}`, STRATEGIES))
    .option('--rounds <count>', `how often to run each pair (default: ${FULL.rounds})`, wholeNumber)
    .option('--quick', `${QUICK.rounds} short rounds: a first impression`)
    .option('--workers <count>', 'threads or processes of the servers', wholeNumber, availableParallelism())
    .option('--node <binary>', 'the Node that runs the servers', process.execPath)
    .option('--cpu-prof <folder>', 'write CPU profiles of the servers there')
    .option('--out <folder>', 'where to write the result', RESULTS);
  const given = command.parse(argv, { from: 'user' }).opts<GivenOptions>();
  const { rounds, ...times } = given.quick ? QUICK : FULL;
  return {
    out: given.out,
    rounds: given.rounds ?? rounds,
    workloads: WORKLOADS.filter(({ name }) => given.only?.includes(name) ?? true),
    strategies: STRATEGIES.filter(
      ({ name }) => name === BASELINE || (given.strategies?.includes(name) ?? true),
    ),
    trial: {
      ...times,
      timeoutMs: TIMEOUT_MS,
      workers: given.workers,
      node: given.node,
      profileTo: given.cpuProf,
    },
  };
}

interface GivenOptions {
  readonly only?: readonly string[];
  readonly strategies?: readonly string[];
  readonly rounds?: number;
  readonly quick?: true;
  readonly workers: number;
  readonly node: string;
  readonly cpuProf?: string;
  readonly out: string;
}

/** An option that takes some of the names of a table. */
function names(flags: string, description: string, table: readonly { name: string }[]): Option {
  const known = table.map(({ name }) => name);
  return new Option(flags, `${description}: ${known.join(', ')}`).argParser((text: string) => {
    const given = text.split(',');
    const unknown = given.find((name) => !known.includes(name));
    if (unknown !== undefined)
      throw new InvalidArgumentError(`Expected one of ${known.join(', ')}, got '${unknown}'`);
    return given;
  });
}

function wholeNumber(text: string): number {
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new InvalidArgumentError(`Expected a whole number of at least 1, got '${text}'`);
  }
  return count;
}
