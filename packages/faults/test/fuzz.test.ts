import { describe, expect, test } from '@jest/globals';
import { FUZZ } from '@socketserver/faults/fuzz';
import fc from 'fast-check';

// The properties of rfile run beside its other tests, in packages/core.
const { rfile: _, ...others } = FUZZ;

/** So that a busy machine, or a property that fails and looks for its smallest input, has the time to say so. */
const LIMIT_MS = 120_000;

describe.each(Object.entries(others))('%s:', (_, properties) => {
  test.each(properties)(
    '$name',
    async ({ property, few = 1_000 }) => {
      const outcome = await fc.check(property, { numRuns: few });
      expect(await fc.asyncDefaultReportMessage(outcome)).toBeUndefined();
    },
    LIMIT_MS,
  );
});
