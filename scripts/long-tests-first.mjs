/** Files that run for minutes: started last, they would leave the other worker of Jest with nothing to do. */
const LONG = /contract\.test\.ts$/;

/** Orders the test files for Jest, which knows no durations in a fresh checkout: the long ones first. */
export default class LongTestsFirst {
  sort(tests) {
    return [...tests].sort((one, other) => rank(one) - rank(other) || one.path.localeCompare(other.path));
  }

  /** For `--onlyFailures`. */
  allFailedTests(tests) {
    return tests;
  }

  cacheResults() {}

  /** For `--shard`. */
  shard(tests, { shardIndex, shardCount }) {
    return this.sort(tests).filter((_, index) => index % shardCount === shardIndex - 1);
  }
}

function rank({ path }) {
  return LONG.test(path) ? 0 : 1;
}
