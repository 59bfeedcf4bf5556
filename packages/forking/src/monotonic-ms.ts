/** Bun's and Deno's `hrtime` starts with the process, as `performance.now()` does. */
const HRTIME_IS_SHARED = process.versions.bun === undefined && process.versions.deno === undefined;

/**
 * Milliseconds of the system's monotonic clock, which all processes of a machine share (unlike `performance.now()`, which
 * starts with the process).
 */
export function monotonicMs(): number {
  if (!HRTIME_IS_SHARED) return Math.floor(performance.timeOrigin + performance.now());
  return Number(process.hrtime.bigint() / 1_000_000n);
}
