import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { until } from '@socketserver/testing';
import { runTrial, type Trial } from '../../dist/measure/trial.js';
import { STRATEGIES, type Strategy } from '../../dist/strategies/index.js';
import type { LoadShape, Workload } from '../../dist/workloads/index.js';
import { descendantsOf, processes } from '../support/processes.js';

const KEPT: LoadShape = {
  transport: 'tcp',
  connection: 'kept',
  work: 'light',
  connections: 4,
  processes: 2,
};

interface Times {
  readonly warmUpMs?: number;
  readonly measureMs?: number;
  readonly timeoutMs?: number;
}

/** Fails, whatever the trial did, if it left a process behind. */
async function trialOf(
  strategy: Strategy,
  shape: Partial<LoadShape> & Partial<Pick<Workload, 'kind'>> = {},
  { warmUpMs = 200, measureMs = 1_000, timeoutMs = 300 }: Times = {},
): Promise<Trial> {
  const { kind = 'load', ...load } = shape;
  const workload: Workload = {
    name: 'test',
    title: 'a test',
    metric: 'per second',
    kind,
    load: { ...KEPT, ...load },
    quick: false,
  };
  try {
    return await runTrial(strategy, workload, {
      warmUpMs,
      measureMs,
      timeoutMs,
      workers: 2,
      node: process.execPath,
      hashBytesPerMicro: 1,
    });
  } finally {
    expect(descendantsOf(process.pid)).toEqual([]);
  }
}

function fixture(name: string): Strategy {
  const program = fileURLToPath(new URL(`../fixtures/${name}.mjs`, import.meta.url));
  return { name, title: name, isOurs: false, style: 'events', runtime: 'node', args: [program] };
}

function strategy(name: string): Strategy {
  return STRATEGIES.find((one) => one.name === name)!;
}

/** The fixture answers after this: so long that a busy machine's own delays are well below 2 % of it. */
const DELAY_MICROS = 3_000_000;

test('closed loop: a known delay is measured right within 2 %', async () => {
  const { latency, answered, value, wrong, timedOut, failed } = await trialOf(
    fixture('delaying'),
    { connections: 32 },
    { warmUpMs: 1_500, measureMs: 3_000, timeoutMs: 10_000 },
  );
  expect(Math.abs(latency!.p50 - DELAY_MICROS)).toBeLessThan(DELAY_MICROS * 0.02);
  // All clients have their answers after 3 s: well inside of what is measured, from 1.5 s to 4.5 s.
  expect(answered).toBe(32);
  expect(Math.abs(value - 32 / 3)).toBeLessThan((32 / 3) * 0.02);
  expect({ wrong, timedOut, failed }).toEqual({ wrong: 0, timedOut: 0, failed: {} });
});

test('open loop: a known delay is measured right within 2 %, at the rate that was asked for', async () => {
  const { latency, value, wrong, timedOut, failed } = await trialOf(
    fixture('delaying'),
    { rate: 100, connections: 400 },
    { measureMs: 1_000, timeoutMs: 10_000 },
  );
  expect(Math.abs(latency!.p50 - DELAY_MICROS)).toBeLessThan(DELAY_MICROS * 0.02);
  expect(Math.abs(value - 100)).toBeLessThanOrEqual(2);
  expect({ wrong, timedOut, failed }).toEqual({ wrong: 0, timedOut: 0, failed: {} });
});

test('open loop: a server that stands still for 1 s has all against it that came meanwhile', async () => {
  const { latency, timedOut } = await trialOf(
    fixture('stalling'),
    { rate: 200 },
    { measureMs: 2_000, timeoutMs: 5_000 },
  );
  expect(timedOut).toBe(0);
  expect(latency!.p99).toBeGreaterThan(900_000);
  expect(latency!.p50).toBeLessThan(900_000);
});

test('closed loop: the same server has next to nothing against it, for its clients waited too', async () => {
  const { latency } = await trialOf(fixture('stalling'), {}, { measureMs: 2_000, timeoutMs: 5_000 });
  expect(latency!.p99).toBeLessThan(500_000);
  expect(latency!.max).toBeGreaterThan(900_000);
});

test('a wrong answer is caught', async () => {
  const { answered, wrong } = await trialOf(fixture('lying'));
  expect(answered).toBeGreaterThan(0);
  expect(wrong).toBeGreaterThan(0);
});

test('a server that does not answer ends in time-outs, not in waiting', async () => {
  const { answered, timedOut } = await trialOf(fixture('silent'));
  expect(answered).toBe(0);
  expect(timedOut).toBeGreaterThanOrEqual(4);
});

test('open loop: a server that does not answer has every request against it', async () => {
  const { answered, timedOut } = await trialOf(fixture('silent'), { rate: 100 });
  expect(answered).toBe(0);
  expect(timedOut).toBeGreaterThanOrEqual(100);
});

test('a server that is killed under load is seen as failures', async () => {
  const { failed } = await trialOf(fixture('dying'));
  expect(Object.keys(failed)).toContain('ECONNREFUSED');
});

test.each(['forking', 'cluster', 'python-forking'])(
  'a killed server leaves nothing behind: %s',
  async (name) => {
    let group = 0;
    const trial = trialOf(strategy(name), { connection: 'per request' }, { measureMs: 300 });
    await until(() => {
      const server = descendantsOf(process.pid).find(({ command }) => command.includes('"transport"'));
      const children = server === undefined ? [] : descendantsOf(server.pid);
      if (server === undefined || children.length < 1) return false;
      group = server.pid;
      process.kill(server.pid, 'SIGKILL');
      return true;
    });
    await trial.catch(() => {}); // it may not have been listening yet
    expect(processes().filter((one) => one.group === group)).toEqual([]);
  },
);

test.each(['forking', 'cluster'])(
  'worker processes are killed, and the clients counted: %s',
  async (name) => {
    const { kills, answered, wrong } = await trialOf(
      strategy(name),
      { kind: 'kills', connection: 'per request' },
      { timeoutMs: 1_000 },
    );
    expect(kills).toBeGreaterThanOrEqual(2);
    expect(answered).toBeGreaterThan(0);
    expect(wrong).toBe(0);
  },
);

test('a server that does not start is an error with its own words', async () => {
  await expect(trialOf(fixture('failing'))).rejects.toThrow(
    /the server 'failing' to say 'listening'[^]*no server today/,
  );
});
