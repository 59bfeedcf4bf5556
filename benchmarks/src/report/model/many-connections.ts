import type { Contest } from '../reading/contest.js';
import type { Sweep } from '../reading/sweep.js';
import type { StrategyFacts } from '../result-file.js';
import { fitLine, type Line } from './line.js';

/** How one strategy's CPU time for each answer grows with open connections, all of them asking. */
export interface CostOfConnections {
  readonly strategy: StrategyFacts;
  /** In µs, over connections. */
  readonly cpu: Line;
  readonly measuredTo: number;
}

export function costsOfConnections(sweep: Sweep | undefined): CostOfConnections[] {
  return (sweep?.curves ?? []).flatMap(({ strategy, points }) => {
    const known = points.flatMap(({ at, entry }) => {
      const { cpuMicrosPerAnswer } = entry.summary;
      return cpuMicrosPerAnswer === null ? [] : [{ x: at, y: cpuMicrosPerAnswer.median }];
    });
    const cpu = fitLine(known);
    return cpu === undefined ? [] : [{ strategy, cpu, measuredTo: Math.max(...known.map(({ x }) => x)) }];
  });
}

/** Memory of connections, by plain proportion: each has its own socket and handler. More than none has to be measured. */
export interface MemoryOfConnections {
  readonly strategy: StrategyFacts;
  readonly bytesEach: number;
  readonly measuredAt: number;
}

export function memoryOfConnections(contests: readonly Contest[]): MemoryOfConnections[] {
  const idle = contests.find(({ workload }) => workload.metric === 'bytes per connection');
  return (idle?.entries ?? [])
    .filter(({ value }) => value.median > 0)
    .map(({ strategy, value }) => ({
      strategy,
      bytesEach: value.median,
      measuredAt: idle?.workload.load.connections ?? NaN,
    }));
}
