import { figure, plainNumber } from '../figures.js';
import type { MoreCpus } from '../model/more-cpus.js';
import { parametersOf } from '../model/scaling.js';
import type { Models, Reading } from '../reading/reading.js';

/** A table of text, for the page and for documents. Names of strategies stand in backticks. */
export interface TextTable {
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Answers per second with more CPUs. @returns undefined where there is no model */
export function moreCpusTable({ models, workers }: Reading): TextTable | undefined {
  const { moreCpus } = models;
  const [first] = moreCpus;
  if (first === undefined) return undefined;
  const micros = workers?.contests[0]?.workload.heavyMicros;
  const work = micros === undefined ? '' : `, ${plainNumber(micros)} µs of CPU for each`;
  const inParentheses = moreCpus.some(hasResidual)
    ? '; in parentheses, what the middle half of the rounds leads to, each fitted alone'
    : '';
  return {
    caption: `Extrapolated: answers per second with more CPUs, a worker on each${work}${inParentheses}`,
    head: ['strategy', ...first.predictions.map(({ cpus }) => `${cpus} CPUs`), 'speed-up at the last'],
    rows: moreCpus.map((one) => [
      `\`${one.strategy.name}\``,
      ...one.predictions.map(({ value: { median, low, high } }) =>
        hasResidual(one) ? `${rough(median)} (${rough(low)}–${rough(high)})` : rough(median),
      ),
      `${one.predictions.at(-1)?.speedUp.toFixed(1)} times one CPU`,
    ]),
  };
}

/** Without one, nothing tells how far the fit can be off, and a range would look as if something did. */
function hasResidual({ scaling: { law, quality } }: MoreCpus): boolean {
  return quality.points > parametersOf(law);
}

/** What each strategy costs beside what a request computes. */
export function costOfWorkTable({ work }: Models): TextTable | undefined {
  const known = work.flatMap(({ strategy, cpu, interval }) =>
    cpu === undefined ? [] : [{ strategy, cpu, interval }],
  );
  if (known.length === 0) return undefined;
  return {
    caption: 'Fitted: CPU time for each answer, as a part of its own and a part that grows with the work',
    head: ['strategy', 'its own part', 'for each µs of work', 'CPUs that work at once', 'error of the fit'],
    rows: known.map(({ strategy, cpu, interval }) => [
      `\`${strategy.name}\``,
      figure(cpu.intercept, 'µs'),
      `${cpu.slope.toFixed(2)} µs`,
      interval.slope > 0 ? (cpu.slope / interval.slope).toFixed(2) : '',
      `${(Math.max(cpu.quality.error, interval.quality.error) * 100).toFixed(1)} %`,
    ]),
  };
}

const CONNECTIONS = [10_000, 100_000, 1_000_000];

/** Memory of idle connections, in proportion. */
export function memoryTable({ memory }: Models): TextTable | undefined {
  if (memory.length === 0) return undefined;
  const measuredAt = memory[0]?.measuredAt ?? NaN;
  return {
    caption: `Extrapolated in proportion from ${plainNumber(measuredAt)}: memory of idle connections`,
    head: ['strategy', 'each', ...CONNECTIONS.map((count) => plainNumber(count))],
    rows: memory.map(({ strategy, bytesEach }) => [
      `\`${strategy.name}\``,
      figure(bytesEach, 'bytes'),
      ...CONNECTIONS.map((count) => figure(bytesEach * count, 'bytes')),
    ]),
  };
}

/** Two digits that count: an extrapolation has no more. */
function rough(value: number): string {
  return Number(value.toPrecision(2)).toLocaleString('en');
}
