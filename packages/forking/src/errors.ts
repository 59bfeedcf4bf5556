/** How a process ended: by a signal, or with an exit code; without either it could not be ended. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** `SIGKILL`, `exit code 1`, `it may not be killed`. */
export function byWhat({ code, signal }: ProcessEnd): string {
  return signal ?? (code === null ? 'it may not be killed' : `exit code ${code}`);
}

/** Signals by which somebody ends a process, and not it itself. A child that still starts heeds all of them. */
const FROM_OUTSIDE: readonly unknown[] = ['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2'];

export function isFromOutside({ signal }: ProcessEnd): boolean {
  return FROM_OUTSIDE.includes(signal);
}
