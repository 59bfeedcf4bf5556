/** Steps within each power of two: a value is off by at most 1 in 512. */
const STEPS = 256;
const STEP_BITS = 8;

/**
 * How often each latency occurred, in buckets whose width grows with the value, as HDR histograms have them.
 * `perf_hooks.createHistogram` is no faster, and what it recorded cannot leave its process to be merged.
 * Times are whole microseconds.
 */
export class Latencies {
  readonly #counts = new Map<number, number>();
  #total = 0;

  get total(): number {
    return this.#total;
  }

  record(microseconds: number): void {
    this.#add(bucketOf(Math.max(0, Math.round(microseconds))), 1);
  }

  merge(counts: Iterable<readonly [bucket: number, count: number]>): void {
    for (const [bucket, count] of counts) this.#add(bucket, count);
  }

  /** In a form that crosses to another process. */
  toJSON(): [bucket: number, count: number][] {
    return [...this.#counts];
  }

  /**
   * The latency that `percent` of all requests did not exceed.
   * @returns NaN when nothing was recorded
   */
  percentile(percent: number): number {
    let left = Math.ceil((this.#total * percent) / 100);
    for (const [bucket, count] of [...this.#counts].toSorted(([a], [b]) => a - b)) {
      left -= count;
      if (left <= 0) return middleOf(bucket);
    }
    return NaN;
  }

  #add(bucket: number, count: number): void {
    this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + count);
    this.#total += count;
  }
}

/** Values below 2 × STEPS have a bucket each; above, each power of two has STEPS of them. */
function bucketOf(value: number): number {
  const shift = Math.max(0, 31 - Math.clz32(value) - STEP_BITS);
  return shift * STEPS + (value >>> shift);
}

function middleOf(bucket: number): number {
  const shift = Math.max(0, Math.floor(bucket / STEPS) - 1);
  const low = (bucket - shift * STEPS) * 2 ** shift;
  return low + (2 ** shift - 1) / 2;
}
