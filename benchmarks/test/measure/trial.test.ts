import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { runTrial, type Trial } from '../../dist/measure/trial.js';
import type { Strategy } from '../../dist/strategies/index.js';
import type { Workload } from '../../dist/workloads/index.js';
import { children } from '../support/children.js';

const workload: Workload = {
  name: 'test',
  title: 'a test',
  metric: 'per second',
  kind: 'load',
  load: { transport: 'tcp', connection: 'kept', work: 'light', connections: 4, processes: 2 },
  quick: false,
};

/** Fails, whatever the trial did, if it left a process behind. */
async function trialOf(fixture: string): Promise<Trial> {
  try {
    return await runTrial(strategyOf(fixture), workload, {
      warmUpMs: 100,
      measureMs: 1_000,
      timeoutMs: 300,
      workers: 1,
      node: process.execPath,
      hashBytesPerMicro: 1,
    });
  } finally {
    expect(children()).toEqual([]);
  }
}

function strategyOf(fixture: string): Strategy {
  const program = fileURLToPath(new URL(`../fixtures/${fixture}.mjs`, import.meta.url));
  return { name: fixture, title: fixture, isOurs: false, style: 'events', runtime: 'node', args: [program] };
}

test('a known delay is measured right', async () => {
  const { latency, value, wrong, timedOut, failed } = await trialOf('delaying');
  expect(latency!.p50).toBeGreaterThanOrEqual(19_500);
  expect(latency!.p50).toBeLessThan(23_000);
  // What is under way, divided by how long it takes: both figures tell of the same load.
  expect(value * latency!.p50).toBeGreaterThan(4e6 * 0.85);
  expect(value * latency!.p50).toBeLessThan(4e6 * 1.1);
  expect({ wrong, timedOut, failed }).toEqual({ wrong: 0, timedOut: 0, failed: {} });
});

test('a wrong answer is caught', async () => {
  const { answered, wrong } = await trialOf('lying');
  expect(answered).toBeGreaterThan(0);
  expect(wrong).toBeGreaterThan(0);
});

test('a server that does not answer ends in time-outs, not in waiting', async () => {
  const { answered, timedOut } = await trialOf('silent');
  expect(answered).toBe(0);
  expect(timedOut).toBeGreaterThanOrEqual(4);
});

test('a server that is killed under load is seen as failures', async () => {
  const { failed } = await trialOf('dying');
  expect(Object.keys(failed)).toContain('ECONNREFUSED');
});

test('a server that does not start is an error with its own words', async () => {
  await expect(trialOf('failing')).rejects.toThrow(
    /the server 'failing' to say 'listening'[^]*no server today/,
  );
});
