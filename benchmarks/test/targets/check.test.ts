import { expect, test } from '@jest/globals';
import { STRATEGIES } from '../../dist/strategies/index.js';
import { checkTargets, TARGETS, type Target } from '../../dist/targets/index.js';
import { WORKLOADS } from '../../dist/workloads/index.js';
import { trialsOf } from '../support/trials.js';

const trials = [
  ...trialsOf('messages', 'threading', [90, 110, 220]),
  ...trialsOf('messages', 'cluster', [100, 100, 200]),
  ...trialsOf('listen', 'threading', [300, 200, 210]),
];

function isMet(target: Partial<Target>): boolean | null {
  const [result] = checkTargets([{ workload: 'messages', strategy: 'threading', ...target }], trials);
  return result!.isMet;
}

test('a strategy is compared with any other, round by round', () => {
  const [result] = checkTargets([{ workload: 'messages', strategy: 'threading', than: 'cluster' }], trials);
  expect(result!.measured!.median).toBeCloseTo(1.1);
});

test.each([
  [{ than: 'cluster', atLeast: 1 }, true],
  [{ than: 'cluster', atLeast: 1.2 }, false],
  [{ workload: 'listen', atMost: 250 }, true],
  [{ workload: 'listen', atMost: 209 }, false],
  [{ than: 'cluster' }, null],
  [{ than: 'raw', atLeast: 1 }, null],
])('%j: %p', (target, expected) => {
  expect(isMet(target)).toBe(expected);
});

test('every target can be measured', () => {
  for (const { workload, strategy, than = strategy } of TARGETS) {
    const taking = WORKLOADS.find(({ name }) => name === workload);
    const names = taking?.strategies ?? STRATEGIES.map(({ name }) => name);
    expect([workload, ...names]).toEqual(expect.arrayContaining([workload, strategy, than]));
    expect(taking).toBeDefined();
  }
});
