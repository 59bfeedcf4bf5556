/** Sends a signal to a child of the server. @returns false if the server has ended it in the meantime */
export function signalChild(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}
