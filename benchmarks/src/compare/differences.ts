import type { Contest } from '../measure/rounds.js';
import type { Result } from '../report/result-file.js';
import type { Workload } from '../workloads/index.js';
import { isSameLoad } from './same-load.js';

type Run = Pick<Result, 'machine' | 'method' | 'workloads' | 'subject'>;

/** What else was different in an earlier run, in words: the changes may come from that. */
export function differencesOf(before: Run, after: Run): string[] {
  const [old, now] = [factsOf(before), factsOf(after)];
  const facts = Object.entries(now)
    .filter(([name, value]) => old[name] !== value)
    .map(([name, value]) => `${name}: ${old[name]}, now ${value}`);
  return [...facts, ...after.workloads.flatMap((workload) => workloadDifference(before, workload))];
}

/** Whether an earlier run has any of what is to be measured. */
export function hasAnyOf(
  before: Pick<Result, 'workloads' | 'trials'>,
  contests: readonly Contest[],
): boolean {
  return contests.some(
    ({ workload, strategies }) =>
      before.workloads.some((old) => isSameLoad(old, workload)) &&
      before.trials.some(
        (trial) => trial.workload === workload.name && strategies.some(({ name }) => name === trial.strategy),
      ),
  );
}

function factsOf({ machine, method, subject }: Run): Readonly<Record<string, string | number>> {
  const { node, cpuModel, cpus, system } = machine;
  const { workers, rounds, measureMs, warmUpMs } = method;
  const handler = subject?.handler ?? "the tool's own";
  return { node, cpuModel, cpus, system, handler, workers, rounds, measureMs, warmUpMs };
}

/** Another load is not compared; one for another time is, and is told. */
function workloadDifference({ workloads }: Run, now: Workload): string[] {
  const old = workloads.find(({ name }) => name === now.name);
  if (old === undefined) return [];
  if (!isSameLoad(old, now)) return [`the load of ${now.name}, which is not compared`];
  return (['measureMs', 'warmUps'] as const)
    .filter((key) => old[key] !== now[key])
    .map((key) => `${key} of ${now.name}: ${old[key] ?? 'the usual'}, now ${now[key] ?? 'the usual'}`);
}
