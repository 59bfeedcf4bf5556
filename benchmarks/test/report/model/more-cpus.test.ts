import { expect, test } from '@jest/globals';
import { withMoreCpus } from '../../../dist/report/model/more-cpus.js';
import { valueAt } from '../../../dist/report/model/scaling.js';
import { contestsOf } from '../../../dist/report/reading/contest.js';
import { sweepOf } from '../../../dist/report/reading/sweep.js';
import { around, resultOf } from '../../support/result.js';

const LAW = { alone: 1_000, contention: 0.06, coherence: 0 };

function modelsOf(cpus: number, share = 0.01) {
  const at = (n: number): number[] => around(valueAt(LAW, Math.min(n, cpus)), share);
  const result = resultOf({
    'workers-1': { threading: at(1) },
    'workers-2': { threading: at(2) },
    'workers-4': { threading: at(4) },
  });
  return withMoreCpus(sweepOf(contestsOf(result), 'workers'), cpus);
}

test('what was measured with a CPU for each worker says what more of them would do', () => {
  const [model] = modelsOf(4);
  expect(model).toMatchObject({ strategy: { name: 'threading' }, measuredTo: 4 });
  expect(model!.scaling.contention).toBeCloseTo(0.06, 6);
  expect(model!.predictions.map(({ cpus }) => cpus)).toEqual([8, 16, 32]);
  for (const { cpus, value, speedUp } of model!.predictions) {
    expect(value.median).toBeCloseTo(valueAt(LAW, cpus), 3);
    expect(speedUp).toBeCloseTo(valueAt(LAW, cpus) / LAW.alone, 6);
  }
});

test('workers beyond the CPUs are left out: they show no speed-up that more CPUs would not have', () => {
  const [model] = modelsOf(2);
  expect(model).toMatchObject({ measuredTo: 2, scaling: { law: 'Amdahl', quality: { points: 2 } } });
  expect(model!.scaling.contention).toBeCloseTo(0.06, 6);
});

test('on one CPU there is nothing to extrapolate', () => {
  expect(modelsOf(1)).toEqual([]);
});
