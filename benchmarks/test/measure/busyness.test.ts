import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism, cpus } from 'node:os';
import { expect, test } from '@jest/globals';
import { measureBusyness, shareOfOthers } from '../../dist/measure/busyness.js';

const times = (busyMs: number, idleMs: number) => ({ busyMs, idleMs });

test('counts what others have done meanwhile', () => {
  expect(shareOfOthers(times(100, 1_000), times(100, 2_000), 0)).toBe(0);
  expect(shareOfOthers(times(100, 1_000), times(600, 1_500), 0)).toBe(0.5);
  expect(shareOfOthers(times(0, 0), times(600, 400), 200)).toBe(0.4);
});

test('is never less than nothing: the ticks of a CPU are coarser than those of a process', () => {
  expect(shareOfOthers(times(0, 0), times(10, 90), 12)).toBe(0);
});

test('CPUs that tell nothing are not busy', () => {
  expect(shareOfOthers(times(0, 0), times(0, 0), 0)).toBe(0);
});

test('others that compute are noticed, and what they did before is not', async () => {
  const others = Array.from({ length: availableParallelism() }, () =>
    spawn(process.execPath, ['-e', 'console.log(); for (;;);'], { stdio: ['ignore', 'pipe', 'inherit'] }),
  );
  const ended = others.map((one) => once(one, 'close'));
  try {
    await Promise.all(others.map(({ stdout }) => once(stdout, 'data')));
    // A container may have fewer CPUs than the machine that it sees; and the ticks are coarse.
    expect(await measureBusyness()).toBeGreaterThan((0.8 * others.length) / cpus().length);
  } finally {
    for (const one of others) one.kill();
    await Promise.all(ended);
  }
});

test('nothing but this process is no busyness', async () => {
  const idle = { busyMs: 0, idleMs: 0 };
  const startedAt = process.cpuUsage();
  const look = () => {
    // This process computes all the time, and nobody else does.
    const { user, system } = process.cpuUsage(startedAt);
    return { busyMs: idle.busyMs + (user + system) / 1_000, idleMs: performance.now() };
  };
  expect(await measureBusyness(look)).toBeLessThan(0.05);
});
