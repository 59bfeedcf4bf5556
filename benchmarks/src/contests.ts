import { BadOption } from './bad-option.js';
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

/**
 * Who is to do what.
 * @throws {BadOption} when nothing is left to do
 */
export function chooseContests(options: Options, subject?: Probed): Choice {
  const skipped: Skip[] = [];
  const contests = chosenWorkloads(options, subject).map((workload) => {
    const strategies = chosenStrategies(workload, options).filter((strategy) => {
      const reason =
        whyNotMeant(strategy, workload) ??
        (subject && whyNotSubject(subject, strategy, workload)) ??
        whyNot(strategy, workload);
      if (reason !== undefined) skipped.push({ workload: workload.name, strategy: strategy.name, reason });
      return reason === undefined;
    });
    return { workload, strategies };
  });
  const left = contests.filter(({ strategies }) => strategies.length > 0);
  if (left.length === 0) throw new BadOption(`Expected something to measure, got nothing: ${why(skipped)}`);
  return { contests: left, skipped };
}

/** One pair for each reason: with some there are ten. */
function why(skipped: readonly Skip[]): string {
  if (skipped.length === 0) return 'no target is about what was chosen';
  const firsts = new Map(skipped.toReversed().map((skip) => [skip.reason, skip]));
  return [...firsts.values()]
    .toReversed()
    .map(({ workload, strategy, reason }) => `'${strategy}' in '${workload}': ${reason}`)
    .join('; ');
}

/** What cannot run with the user's handler is part of it only if it was asked for: then it is named as skipped. */
function chosenWorkloads(options: Options, subject: Probed | undefined): Workload[] {
  const { workloads, quick, targets, connections } = options;
  return WORKLOADS.filter((workload) => {
    if (workloads !== undefined) return workloads.includes(workload.name);
    if (subject !== undefined && !servesAnyHandler(workload)) return false;
    if (targets) return TARGETS.some((target) => target.workload === workload.name);
    return !quick || workload.quick !== false;
  }).map((workload) => (connections === undefined ? workload : withConnections(workload, connections)));
}

/** As with workloads: one of which a workload tells nothing is part of it only if both were asked for. */
function chosenStrategies(workload: Workload, options: Options): Strategy[] {
  const { strategies, workloads, targets, quick } = options;
  return STRATEGIES.filter((strategy) => {
    const { name } = strategy;
    if (strategies !== undefined) {
      if (!strategies.includes(name)) return false;
    } else if (quick && !isPartOfQuick(name, workload)) return false;
    const areNamed = strategies !== undefined && workloads !== undefined;
    if (!areNamed && whyNotMeant(strategy, workload) !== undefined) return false;
    return !targets || TARGETS.some((one) => one.workload === workload.name && isPartOf(name, one));
  });
}

/** The reason why a workload tells nothing of a strategy. @returns undefined if it does */
function whyNotMeant({ name }: Strategy, { strategies }: Workload): string | undefined {
  if (strategies === undefined || strategies.includes(name)) return undefined;
  return `this workload is for ${strategies.join(', ')} only`;
}

/** They tell where time goes, not which way to serve to choose: no part of a first impression. */
const VARIANTS = ['async-files', 'raw-threads'];

function isPartOfQuick(name: string, { quick }: Workload): boolean {
  return Array.isArray(quick) ? quick.includes(name) : !VARIANTS.includes(name);
}

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
