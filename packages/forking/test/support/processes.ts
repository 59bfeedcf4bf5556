import { readdirSync, readFileSync } from 'node:fs';

/** Whether a process runs: one that is stopped does, a zombie that nobody has reaped does not. */
export function isRunning(pid: number): boolean {
  const state = stateOf(pid);
  return state !== undefined && state !== 'Z' && state !== 'X';
}

/** The zombies among the children of this process. */
export function zombies(): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && parentOf(pid) === process.pid && stateOf(pid) === 'Z');
}

function stateOf(pid: number): string | undefined {
  return statOf(pid)?.[0];
}

function parentOf(pid: number): number {
  return Number(statOf(pid)?.[1]);
}

/** The fields of proc(5) after the name, which may itself have spaces: state, parent, … */
function statOf(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined; // it has ended
  }
}
