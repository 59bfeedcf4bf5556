import { existsSync } from 'node:fs';

/** Options whose value is the next argument, if they are not given as `--option=value`. */
const WITH_VALUE = /^(-[ep]|-pe|--(eval|print|input-type|inspect-port|debug-port|inspect-publish-uid))$/;
/** What belongs to this one process: its program, if that is no file, and its debugger, which has the port. */
const OWN =
  /^(-[ep]|-pe|-i|-c|--(eval|print|input-type|interactive|check|debug-port|inspect[\w-]*|test[\w-]*))(=|$)/;

/** The arguments of node that its children are to have too. */
export function execArgvForChildren(execArgv: readonly string[]): string[] {
  return execArgv.filter((argument, index) => {
    const before = execArgv[index - 1];
    return !OWN.test(argument) && (before === undefined || !WITH_VALUE.test(before));
  });
}

/** Where this process was started, as far as that can be told: where relative names among its arguments are found from. */
const STARTED_IN = currentDirectory();

/**
 * Where a child is to be started, and where it is to go then, if that is somewhere else. A directory that has been removed
 * cannot be entered, only inherited.
 */
export function directoriesOfChildren(): { cwd?: string; chdir?: string } {
  const now = currentDirectory();
  if (now === undefined || STARTED_IN === undefined || now === STARTED_IN) return {};
  return existsSync(now) && existsSync(STARTED_IN) ? { cwd: STARTED_IN, chdir: now } : {};
}

function currentDirectory(): string | undefined {
  try {
    return process.cwd();
  } catch {
    return undefined; // it has been removed
  }
}
