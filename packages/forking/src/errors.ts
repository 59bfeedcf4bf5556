/** How a process ended: by a signal, or with an exit code. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** `SIGKILL`, `exit code 1`. */
export function byWhat({ code, signal }: ProcessEnd): string {
  return signal ?? `exit code ${code}`;
}
