import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/** Processors count in ticks of 10 ms: of one of them, this is told to 2 %. */
const WINDOW_MS = 500;

/** What all CPUs have done so far, in milliseconds. */
export interface CpuTimes {
  readonly busyMs: number;
  readonly idleMs: number;
}

/**
 * The share of all CPUs that others use, while this process and those that it has started do nothing. A load average
 * tells of the last minute, in which compilers may have made this very program.
 */
export async function measureBusyness(look = lookAtCpus): Promise<number> {
  const before = look();
  const own = process.cpuUsage();
  await sleep(WINDOW_MS);
  const { user, system } = process.cpuUsage(own);
  return shareOfOthers(before, look(), (user + system) / 1_000);
}

/** @returns 0 where nothing can be told */
export function shareOfOthers(before: CpuTimes, after: CpuTimes, ownMs: number): number {
  const busyMs = after.busyMs - before.busyMs;
  const allMs = busyMs + after.idleMs - before.idleMs;
  return allMs > 0 ? Math.max(0, busyMs - ownMs) / allMs : 0;
}

function lookAtCpus(): CpuTimes {
  const times = cpus().map((cpu) => cpu.times);
  const sum = (part: (one: (typeof times)[number]) => number): number =>
    times.reduce((total, one) => total + part(one), 0);
  return {
    busyMs: sum(({ user, nice, sys, irq }) => user + nice + sys + irq),
    idleMs: sum(({ idle }) => idle),
  };
}
