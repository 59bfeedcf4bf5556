import { describe, expect, test } from '@jest/globals';
import { fitScaling, valueAt, type Scaling } from '../../../dist/report/model/scaling.js';

type Law = Pick<Scaling, 'alone' | 'contention' | 'coherence'>;

function pointsOf(law: Law, ns: readonly number[], noise: readonly number[] = [0]) {
  return ns.map((n, index) => ({ n, value: valueAt(law, n) * (1 + noise[index % noise.length]!) }));
}

describe('fitScaling', () => {
  test.each<Law>([
    { alone: 1_000, contention: 0.05, coherence: 0.002 },
    { alone: 37, contention: 0.3, coherence: 0.0001 },
    { alone: 5e5, contention: 0, coherence: 0.01 },
    { alone: 2, contention: 0, coherence: 0 },
  ])('finds the parameters of the Universal Scalability Law: %j', (law) => {
    const fit = fitScaling(pointsOf(law, [1, 2, 4, 8, 16]))!;
    expect(fit.law).toBe('USL');
    expect(fit.alone).toBeCloseTo(law.alone, 6);
    expect(fit.contention).toBeCloseTo(law.contention, 9);
    expect(fit.coherence).toBeCloseTo(law.coherence, 9);
    expect(fit.quality.points).toBe(5);
    expect(fit.quality.error).toBeLessThan(1e-9);
    expect(fit.quality.r2).toBeCloseTo(1, 9);
  });

  test("finds those of Amdahl's law, where there are too few points for the other", () => {
    const fit = fitScaling(pointsOf({ alone: 800, contention: 0.1, coherence: 0 }, [1, 2, 4]))!;
    expect(fit.law).toBe('Amdahl');
    expect(fit.alone).toBeCloseTo(800, 6);
    expect(fit.contention).toBeCloseTo(0.1, 9);
    // The law's limit: no number of CPUs does more than ten times what one does.
    expect(valueAt(fit, 1e9) / fit.alone).toBeCloseTo(10, 4);
  });

  test('is near them when the figures are off by 3 %, and says so', () => {
    const law = { alone: 1_000, contention: 0.08, coherence: 0.003 };
    const fit = fitScaling(pointsOf(law, [1, 2, 4, 8, 16, 32], [0.03, -0.03]))!;
    expect(fit.alone / law.alone).toBeCloseTo(1, 1);
    expect(Math.abs(fit.contention - law.contention)).toBeLessThan(0.04);
    expect(Math.abs(fit.coherence - law.coherence)).toBeLessThan(0.0015);
    expect(fit.quality.error).toBeGreaterThan(0.01);
    expect(fit.quality.error).toBeLessThan(0.04);
  });

  test('never takes more than a share per CPU for granted: more than twice with two counts as twice', () => {
    const fit = fitScaling([
      { n: 1, value: 100 },
      { n: 2, value: 230 },
    ])!;
    expect(fit.contention).toBe(0);
    expect(valueAt(fit, 4)).toBeLessThanOrEqual(4 * 115);
  });

  test.each([
    ['no point', []],
    ['one place', pointsOf({ alone: 1, contention: 0, coherence: 0 }, [2, 2, 2])],
    ['nothing answered', [1, 2, 4].map((n) => ({ n, value: 0 }))],
  ])('fits nothing to %s', (_, points) => {
    expect(fitScaling(points)).toBeUndefined();
  });
});
