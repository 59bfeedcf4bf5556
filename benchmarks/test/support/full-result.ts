import type { RoundTrial } from '../../dist/measure/rounds.js';
import type { Result } from '../../dist/report/result-file.js';
import { around, latency, resultOf } from './result.js';

type Trial = Partial<RoundTrial> & { value: number };

/** Rounds with everything that a trial under load has. */
function loaded(perSecond: number, cpuMicros: number): Trial[] {
  return around(perSecond, 0.03).map((value) => ({
    value,
    cpuMicrosPerAnswer: cpuMicros,
    cpuShare: (value * cpuMicros) / 1e6,
    memoryBytes: 40e6 + perSecond,
    latency: latency(3e7 / value),
  }));
}

const inParallel = (micros: number): Record<string, Trial[]> => ({
  raw: loaded(1e6 / (25 + micros), 25 + micros),
  async: loaded(1e6 / (30 + micros), 30 + micros),
  threading: loaded(3.6e6 / (60 + micros), 60 + micros),
  forking: loaded(3.4e6 / (65 + micros), 65 + micros),
  cluster: loaded(3.5e6 / (60 + micros), 60 + micros),
});

/** One of which the page has everything to show: every kind of chart, models, errors, what was skipped. */
export function fullResult(): Result {
  const late = loaded(9_000, 80).map((trial) => ({ ...trial, timedOut: 2, answered: 1_000 }));
  const fixed = (p99: number): Trial[] =>
    around(p99, 0.04).map((value) => ({ value, latency: { ...latency(value / 5), p99: value } }));
  return resultOf(
    {
      messages: { ...inParallel(1), 'async-files': loaded(21_000, 45), 'python-threading': late },
      'cpu-100us': inParallel(100),
      'cpu-200us': inParallel(200),
      'cpu-1000us': inParallel(1_000),
      mix: { async: fixed(240_000), threading: fixed(1_800), forking: fixed(2_100), cluster: fixed(2_600) },
      idle: { raw: around(2_600), async: around(3_300), threading: around(3_900), forking: around(4_400) },
      listen: { async: around(1.2), threading: around(45), forking: around(75), cluster: around(92) },
      kills: { forking: [0, 0, 0, 0, 0], cluster: [3, 5, 4, 4, 6] },
      ...Object.fromEntries(
        [8, 64, 512, 2_048].map((count) => [
          `connections-${count}`,
          {
            async: loaded(30_000 - count * 2, 30 + count / 100),
            threading: loaded(34_000 - count, 55 + count / 200),
            cluster: loaded(33_000 - count, 50 + count / 150),
          },
        ]),
      ),
      ...Object.fromEntries(
        [1, 2, 4].map((n) => [
          `workers-${n}`,
          {
            threading: loaded((1_700 * n) / (1 + 0.05 * (n - 1)), 560),
            forking: loaded((1_650 * n) / (1 + 0.09 * (n - 1)), 580),
            cluster: loaded((1_680 * n) / (1 + 0.07 * (n - 1)), 570),
          },
        ]),
      ),
    },
    {
      skipped: [
        { workload: 'messages', strategy: 'python-forking', reason: 'there is <no> python3 on this machine' },
      ],
    },
  );
}
