import { figure, listOf, plainNumber } from '../figures.js';
import type { BreakEven, CostOfWork } from '../model/cpu-per-request.js';
import type { Quality } from '../model/least-squares.js';
import type { CostOfConnections } from '../model/many-connections.js';
import type { MoreCpus } from '../model/more-cpus.js';
import { parametersOf } from '../model/scaling.js';
import type { Models } from '../reading/reading.js';

export const WHAT_MODELS_LACK =
  'Models fitted to the figures above. They know nothing of memory bandwidth, of other machines, or of a resource that ' +
  'runs out; and the load ran on the same CPUs as the servers. Measure before you rely on them.';

/** How far a fit can be trusted. */
export function qualityWords({ error, r2, points }: Quality, parameters: number): string {
  if (points <= parameters) {
    return `${points} points, as many as the model has parameters: nothing is left to judge the fit by`;
  }
  // Negative, it is worse than no model at all for the variance, which the error has said already.
  const explained = Number.isFinite(r2) && r2 >= 0 ? `, R² ${r2.toFixed(3)}` : '';
  return `${points} points, off by ${(error * 100).toFixed(1)} % in the root mean square${explained}`;
}

function scalingWords({ strategy, scaling }: MoreCpus): string {
  const { law, contention, coherence, quality } = scaling;
  const shares = `${percent(contention)} of the work one at a time`;
  const parameters =
    law === 'Amdahl' ? shares : `${shares}, ${(coherence * 100).toFixed(2)} % for agreeing with one another`;
  return `\`${strategy.name}\`: ${law === 'USL' ? 'the USL' : "Amdahl's law"} with ${parameters} (${qualityWords(quality, parametersOf(law))}).`;
}

/** The strategies that the model does not describe. */
function unfitWords(unfit: readonly MoreCpus[]): string[] {
  if (unfit.length === 0) return [];
  const names = listOf(unfit.map(({ strategy }) => `\`${strategy.name}\``));
  return [`Not extrapolated, for no such law describes what was measured: ${names}.`];
}

export function scalingSentences({ moreCpus, unfit }: Models): string[] {
  return [...moreCpus.map(scalingWords), ...unfitWords(unfit)];
}

export function breakEvenWords(
  { loop, parallel, micros, measured }: BreakEven,
  costs: readonly CostOfWork[],
): string {
  const [a, b] = [`\`${loop.name}\``, `\`${parallel.name}\``];
  if (micros === undefined) return `${b} never comes to answer more than ${a}.`;
  const worst = costs
    .filter(({ strategy }) => [loop.name, parallel.name].includes(strategy.name))
    .map(({ interval }) => interval.quality)
    .reduce((one, other) => (one.error > other.error ? one : other));
  const quality = `lines through ${qualityWords(worst, 2)}`;
  // A line says little of where it begins: the load and the hand-over are part of it there.
  if (micros <= measured.from) {
    return `${b} answers more than ${a} already at the ${figure(measured.from, 'µs')} of CPU for each request that were measured (${quality}).`;
  }
  const beyond = micros > measured.to ? `, beyond the ${figure(measured.to, 'µs')} that were measured` : '';
  return `${b} answers more than ${a} from about ${figure(twoDigits(micros), 'µs')} of CPU for each request on${beyond} (${quality}).`;
}

export function connectionsWords({ strategy, cpu, measuredTo }: CostOfConnections): string {
  const each = cpu.slope * 1_000;
  const growth =
    each < cpu.intercept / 1_000
      ? 'no growth that can be told'
      : `${figure(each, 'µs')} more for every 1,000 connections`;
  return `\`${strategy.name}\`: ${figure(cpu.intercept, 'µs')} of CPU for each answer, and ${growth} (up to ${plainNumber(measuredTo)}; ${qualityWords(cpu.quality, 2)}).`;
}

function twoDigits(value: number): number {
  return Number(value.toPrecision(2));
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
