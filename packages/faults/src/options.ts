import { parseArgs } from 'node:util';
import type { Fault } from './faults/fault.js';
import { FAULTS } from './faults/index.js';
import { ENGINES, type Engine } from './protocol.js';

export interface Options {
  readonly minutes: number;
  readonly engines: readonly Engine[];
  readonly faults: readonly Fault[];
  readonly seed: number;
  readonly json: string | undefined;
  readonly markdown: string | undefined;
}

export const USAGE = `npm run test:faults -- [options]
  --minutes N      how long in all, over all engines (3; from 10 on a soak, with a whole gigabyte)
  --engine NAME    ${ENGINES.join(', ')}; may be given again
  --fault NAME     ${FAULTS.map(({ name }) => name).join(', ')};
                   may be given again
  --seed N         repeats a run
  --json FILE      writes everything that was measured
  --markdown FILE  writes the tables
  --help           says this`;

const DEFAULT_MINUTES = 3;

/** @throws an Error whose message says what is wrong with the command line */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string' },
      engine: { type: 'string', multiple: true },
      fault: { type: 'string', multiple: true },
      seed: { type: 'string' },
      json: { type: 'string' },
      markdown: { type: 'string' },
    },
  });
  const engines = chosen('--engine', ENGINES, values.engine);
  const names = chosen(
    '--fault',
    FAULTS.map(({ name }) => name),
    values.fault,
  );
  return {
    minutes: number('--minutes', values.minutes ?? String(DEFAULT_MINUTES)),
    engines,
    faults: FAULTS.filter(({ name }) => names.includes(name)),
    seed: number('--seed', values.seed ?? String(Date.now() % 1_000_000)),
    json: values.json,
    markdown: values.markdown,
  };
}

function chosen<Name extends string>(
  option: string,
  known: readonly Name[],
  given: readonly string[] | undefined,
): readonly Name[] {
  const unknown = given?.find((name) => !(known as readonly string[]).includes(name));
  if (unknown !== undefined)
    throw new Error(`Expected ${option} to be one of ${known.join(', ')}, got ${unknown}`);
  return given === undefined ? known : known.filter((name) => given.includes(name));
}

function number(option: string, text: string): number {
  const value = Number(text);
  if (text === '' || !Number.isFinite(value) || value < 0) {
    throw new Error(`Expected ${option} to be a number from 0 on, got ${text}`);
  }
  return value;
}
