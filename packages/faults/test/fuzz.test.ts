import { describe, expect, test } from '@jest/globals';
import { FUZZ } from '@socketserver/faults/fuzz';
import fc from 'fast-check';

// The properties of rfile run beside its other tests, in packages/core.
const { rfile: _, ...others } = FUZZ;

describe.each(Object.entries(others))('%s:', (_, properties) => {
  test.each(properties)('$name', async ({ property, few = 1_000 }) => {
    const outcome = await fc.check(property, { numRuns: few });
    expect(await fc.asyncDefaultReportMessage(outcome)).toBeUndefined();
  });
});
