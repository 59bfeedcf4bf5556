import { readdirSync, readFileSync } from 'node:fs';

/** What a process and everything it started use. */
export interface Usage {
  /** CPU time so far. */
  readonly cpuMs: number;
  /** Memory that is resident now; pages that processes share count once, where the kernel tells. */
  readonly memoryBytes: number;
}

/** Linux reports CPU time in ticks of 1/100 s, whatever the kernel's own are (proc_pid_stat(5), USER_HZ). */
const MS_PER_TICK = 10;
const PAGE_BYTES = 4_096;

/**
 * Reads it from /proc.
 * @returns undefined where there is no /proc
 */
export function usageOfTree(root: number): Usage | undefined {
  const processes = readProcesses();
  if (!processes.has(root)) return undefined;
  let cpuTicks = 0;
  let memoryBytes = 0;
  for (const pid of treeOf(root, processes)) {
    const one = processes.get(pid);
    cpuTicks += one?.cpuTicks ?? 0;
    memoryBytes += proportionalBytes(pid) ?? (one?.rssPages ?? 0) * PAGE_BYTES;
  }
  return { cpuMs: cpuTicks * MS_PER_TICK, memoryBytes };
}

/** The processes that a process has started and that have not ended. */
export function childrenOf(pid: number): number[] {
  return [...readProcesses()].filter(([, one]) => one.parent === pid && isAlive(one)).map(([child]) => child);
}

/** Whether a process group has members that have not ended. */
export function isGroupAlive(leader: number): boolean {
  return [...readProcesses().values()].some((one) => one.group === leader && isAlive(one));
}

function isAlive({ state }: ProcessStat): boolean {
  return state !== 'Z' && state !== 'X';
}

/** Of a page that several processes share each has its part: Pss, proc_pid_smaps_rollup(5). */
function proportionalBytes(pid: number): number | undefined {
  try {
    const kilobytes = /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1_024;
  } catch {
    return undefined; // an older kernel, or a process that has just ended
  }
}

interface ProcessStat {
  /** One letter; Z: it has ended, and its parent has not looked. */
  readonly state: string;
  readonly parent: number;
  readonly group: number;
  readonly cpuTicks: number;
  readonly rssPages: number;
}

function readProcesses(): Map<number, ProcessStat> {
  const processes = new Map<number, ProcessStat>();
  for (const name of entriesOfProc()) {
    const stat = /^\d+$/.test(name) ? readStat(name) : undefined;
    if (stat !== undefined) processes.set(Number(name), stat);
  }
  return processes;
}

function entriesOfProc(): string[] {
  try {
    return readdirSync('/proc');
  } catch {
    return []; // not Linux
  }
}

/** @returns undefined for a process that has just ended */
function readStat(pid: string): ProcessStat | undefined {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field is the program's name, which may contain spaces and parentheses.
    const [state = '', ...texts] = line.slice(line.lastIndexOf(')') + 2).split(' ');
    const fields = texts.map(Number);
    const [parent = 0, group = 0] = fields;
    // utime, stime, and those of children that have ended: fields 14 to 17, of which the fourth comes first here.
    const cpuTicks = fields.slice(10, 14).reduce((sum, ticks) => sum + ticks, 0);
    return { state, parent, group, cpuTicks, rssPages: fields[20] ?? 0 };
  } catch {
    return undefined;
  }
}

function treeOf(root: number, processes: ReadonlyMap<number, ProcessStat>): Set<number> {
  const tree = new Set([root]);
  // A set that grows while it is iterated over hands out the new members too.
  for (const pid of tree) {
    for (const [child, { parent }] of processes) if (parent === pid) tree.add(child);
  }
  return tree;
}
