/** For cases that start worker after worker, each of which can take seconds on a busy machine. */
export const MANY_STARTS_MS = 120_000;
