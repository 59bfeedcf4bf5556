import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** What a process and everything it started use. */
export interface TreeUsage {
  readonly processes: number;
  readonly threads: number;
  readonly fds: number;
  /** Memory that is resident; pages that several processes share count in each. */
  readonly rssBytes: number;
}

const PAGE_BYTES = 4_096;

/** Reads it from /proc (proc(5)). A zombie counts as a process: nobody has waited for it. */
export function usageOfTree(root: number): TreeUsage {
  const usage = { processes: 0, threads: 0, fds: 0, rssBytes: 0 };
  for (const pid of treeOf(root)) {
    const stat = readStat(pid);
    if (stat === undefined) continue;
    usage.processes++;
    usage.threads += stat.threads;
    usage.rssBytes += stat.rssPages * PAGE_BYTES;
    usage.fds += descriptorsOf(pid);
  }
  return usage;
}

/** The pids of a process and of all it started, itself first. */
export function treeOf(root: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? readStat(Number(name)) : undefined;
    if (stat !== undefined) parents.set(Number(name), stat.parent);
  }
  const tree = new Set([root]);
  // A set that grows while it is iterated over hands out the new members too.
  for (const pid of tree) {
    for (const [child, parent] of parents) if (parent === pid) tree.add(child);
  }
  return [...tree];
}

/** What descriptors of a process are, and how many of each: for saying what has leaked. */
export function kindsOfDescriptors(pid: number): Record<string, number> {
  const kinds: Record<string, number> = {};
  for (const fd of list(`/proc/${pid}/fdinfo`)) {
    const kind = nameOf(pid, fd).replaceAll(/[:[]\[?\d+\]?$/g, '');
    kinds[kind] = (kinds[kind] ?? 0) + 1;
  }
  return kinds;
}

function nameOf(pid: number, fd: string): string {
  try {
    return readlinkSync(`/proc/${pid}/fd/${fd}`);
  } catch {
    return 'gone';
  }
}

interface ProcessStat {
  readonly parent: number;
  readonly threads: number;
  readonly rssPages: number;
}

/** @returns undefined for a process that has just ended */
function readStat(pid: number): ProcessStat | undefined {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field is the program's name, which may contain spaces and parentheses.
    const fields = line
      .slice(line.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    return { parent: fields[1] ?? 0, threads: fields[17] ?? 0, rssPages: fields[21] ?? 0 };
  } catch {
    return undefined;
  }
}

function descriptorsOf(pid: number): number {
  return list(`/proc/${pid}/fd`).length;
}

function list(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
