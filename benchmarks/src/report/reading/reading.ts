import { breakEvens, costsOfWork, type BreakEven, type CostOfWork } from '../model/cpu-per-request.js';
import {
  costsOfConnections,
  memoryOfConnections,
  type CostOfConnections,
  type MemoryOfConnections,
} from '../model/many-connections.js';
import { withMoreCpus, type MoreCpus } from '../model/more-cpus.js';
import { describesWell, isPlausible } from '../model/trust.js';
import type { Result } from '../result-file.js';
import { contestsOf, type Contest } from './contest.js';
import { sweepOf, type Sweep } from './sweep.js';

/** A result, put in order for people: the page and the documents are written from it. */
export interface Reading {
  readonly result: Result;
  readonly contests: readonly Contest[];
  readonly connections: Sweep | undefined;
  readonly workers: Sweep | undefined;
  readonly models: Models;
}

/** What was not measured, as far as models tell. Models that describe what was measured badly are left out. */
export interface Models {
  readonly moreCpus: readonly MoreCpus[];
  /** Those that were left out of it. */
  readonly unfit: readonly MoreCpus[];
  readonly work: readonly CostOfWork[];
  readonly breakEvens: readonly BreakEven[];
  readonly connections: readonly CostOfConnections[];
  readonly memory: readonly MemoryOfConnections[];
}

/** The strategy of one loop that those with workers are compared with. */
const LOOP = 'async';

export function read(result: Result): Reading {
  const contests = contestsOf(result);
  const connections = sweepOf(contests, 'connections');
  const workers = sweepOf(contests, 'workers');
  const moreCpus = withMoreCpus(workers, result.machine.cpus);
  const work = costsOfWork(contests).filter(({ interval }) => describesWell(interval.quality));
  return {
    result,
    contests,
    connections,
    workers,
    models: {
      moreCpus: moreCpus.filter(({ scaling }) => isPlausible(scaling)),
      unfit: moreCpus.filter(({ scaling }) => !isPlausible(scaling)),
      work,
      breakEvens: breakEvens(work, LOOP),
      connections: costsOfConnections(connections).filter(({ cpu }) => describesWell(cpu.quality)),
      memory: memoryOfConnections(contests),
    },
  };
}
