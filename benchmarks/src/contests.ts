import type { Contest, Skip } from './measure/rounds.js';
import type { Options } from './options.js';
import { STRATEGIES, whyNot, type Strategy } from './strategies/index.js';
import { servesAnyHandler, whyNotSubject, type Probed } from './subject/index.js';
import { TARGETS } from './targets/index.js';
import { WORKLOADS, type Workload } from './workloads/index.js';

export interface Choice {
  readonly contests: readonly Contest[];
  /** What would have been part of them, but cannot run here. */
  readonly skipped: readonly Skip[];
}

/** Who is to do what. */
export function chooseContests(options: Options, subject?: Probed): Choice {
  const skipped: Skip[] = [];
  const workloads = chosenWorkloads(options).filter((one) => subject === undefined || servesAnyHandler(one));
  const contests = workloads.map((workload) => {
    const strategies = chosenStrategies(workload, options).filter((strategy) => {
      const reason = whyNot(strategy, workload) ?? (subject && whyNotSubject(subject, strategy, workload));
      if (reason !== undefined) skipped.push({ workload: workload.name, strategy: strategy.name, reason });
      return reason === undefined;
    });
    return { workload, strategies };
  });
  return { contests: contests.filter(({ strategies }) => strategies.length > 0), skipped };
}

function chosenWorkloads({ workloads, quick, targets, connections }: Options): Workload[] {
  return WORKLOADS.filter((workload) => {
    if (workloads !== undefined) return workloads.includes(workload.name);
    if (targets) return TARGETS.some((target) => target.workload === workload.name);
    return !quick || workload.quick;
  }).map((workload) => (connections === undefined ? workload : withConnections(workload, connections)));
}

function chosenStrategies(workload: Workload, { strategies, targets, quick }: Options): Strategy[] {
  return STRATEGIES.filter(({ name }) => {
    if (strategies !== undefined) {
      if (!strategies.includes(name)) return false;
    } else if (quick && VARIANTS.includes(name)) return false;
    if (!(workload.strategies?.includes(name) ?? true)) return false;
    return !targets || TARGETS.some((one) => one.workload === workload.name && isPartOf(name, one));
  });
}

/** They tell where time goes, not which way to serve to choose: no part of a first impression. */
const VARIANTS = ['async-files', 'raw-threads'];

function isPartOf(name: string, { strategy, than }: { strategy: string; than?: string }): boolean {
  return name === strategy || name === than;
}

/** What differs in its connections from others stays as it is. */
function withConnections(workload: Workload, connections: number): Workload {
  if (workload.sweep?.of === 'connections') return workload;
  const title = workload.title.replace(
    workload.load.connections.toLocaleString('en'),
    connections.toLocaleString('en'),
  );
  return { ...workload, title, load: { ...workload.load, connections } };
}
