import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { once } from 'node:events';
import { afterAll, expect, jest, test } from '@jest/globals';
import { until } from '@socketserver/testing';
import { writeResult, type Result } from '../dist/report/result-file.js';
import { around, resultOf } from './support/result.js';
import { descendantsOf, processes } from './support/processes.js';

const PROGRAM = fileURLToPath(new URL('../dist/index.js', import.meta.url));

/** Of one run, its report included, on a machine that has much else to do. */
const LIMIT_MS = 100_000;
jest.setTimeout(LIMIT_MS * 1.2);

const files = mkdtempSync(join(tmpdir(), 'bench-'));
afterAll(() => rmSync(files, { recursive: true }));

function bench(...args: string[]): ReturnType<typeof spawnSync> {
  return spawnSync(process.execPath, [PROGRAM, ...args], { encoding: 'utf8', timeout: LIMIT_MS });
}

test('a run ends by itself, with a table and a result', () => {
  const out = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    const run = bench(
      '--quick',
      '--rounds',
      '1',
      '--only',
      'messages',
      '--strategies',
      'raw,async',
      '--out',
      out,
    );
    expect({ status: run.status, stderr: run.stderr }).toEqual({ status: 0, stderr: '' });
    const { trials, machine, isInterrupted, workloads, baseline } = readOnlyResult(out);
    expect(trials.map(({ strategy }) => strategy)).toEqual(['raw', 'async']);
    for (const { value, wrong, timedOut, failed } of trials) {
      expect(value).toBeGreaterThan(0);
      expect({ wrong, timedOut, failed }).toEqual({ wrong: 0, timedOut: 0, failed: {} });
    }
    expect({ isInterrupted, baseline }).toEqual({ isInterrupted: false, baseline: 'raw' });
    expect(workloads).toMatchObject([{ name: 'messages', metric: 'per second' }]);
    expect(machine.node).toBe(process.version);
    expect(run.stdout).toContain('messages on 64 open connections');
  } finally {
    rmSync(out, { recursive: true });
  }
});

test('Ctrl-C in the middle cleans up, and what was measured is written', async () => {
  const out = mkdtempSync(join(tmpdir(), 'bench-'));
  const run = spawn(
    process.execPath,
    [PROGRAM, '--only', 'connections,async,forking', '--rounds', '100', '--measure', '200', '--out', out],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let said = '';
  run.stdout.on('data', (data: Buffer) => (said += data.toString()));
  const ended = once(run, 'close');
  try {
    const seen = new Set<number>();
    const servers = new Set<number>();
    await until(() => {
      for (const { pid, command } of descendantsOf(run.pid!)) {
        seen.add(pid);
        if (command.includes('"transport"')) servers.add(pid);
      }
      return servers.size >= 3; // two trials are over, and one has begun
    });
    run.kill('SIGINT');
    expect(await ended).toEqual([130, null]);
    expect(processes().filter(({ pid }) => seen.has(pid))).toEqual([]);
    const { isInterrupted, trials, summaries } = readOnlyResult(out);
    expect(isInterrupted).toBe(true);
    expect(said).toMatch(/^Ended early: not every round was measured\.\n\none request per connection$/m);
    expect(trials.length).toBeGreaterThan(0);
    expect(summaries.length).toBeGreaterThan(0);
  } finally {
    run.kill('SIGKILL'); // it has ended, unless something above did not hold
    await ended;
    rmSync(out, { recursive: true });
  }
});

test.each([
  [['--only', 'nothing'], /Expected one of connections,.* got 'nothing'/],
  [['--rounds', '0'], /Expected a whole number of at least 1, got '0'/],
  [['--fast'], /unknown option '--fast'/],
  [['--tagets'], /unknown option '--tagets' \(Did you mean --targets\?\)/],
  [['--quick', '--targets'], /option '--quick' cannot be used with option '--targets'/],
  [['--node', '/bin/true'], /Expected `--node` to be a binary of Node, got '\/bin\/true'/],
  [['--out', '/dev/null/x'], /Expected `--out` to be a folder to write into/],
  [['--out', '/proc/nowhere'], /Expected `--out` to be a folder to write into/],
  [['--compare', PROGRAM], /Expected `.*` to be a result of this tool/],
  [
    ['--only', 'wait,raw', '--compare', resultFile()],
    /Expected `--compare` to name a result with some of what is to be measured, .* got none of it in/,
  ],
  [
    ['--handler', PROGRAM, '--request', '/dev/null'],
    /Expected `--request` to be a file with something to send, got '\/dev\/null', which is empty/,
  ],
  [['--handler', PROGRAM], /Expected `--request <file>` beside `--handler`/],
])('%j gets one line that says why', (args, message) => {
  const { status, stderr } = bench(...args);
  expect(status).toBe(1);
  expect(stderr).toMatch(message);
  expect(String(stderr).trim().split('\n')).toHaveLength(1);
});

/** Of messages only. */
function resultFile(): string {
  return writeResult(resultOf({ messages: { raw: around(10) } }), files);
}

test('--help says which workloads keep their own workers and connections', () => {
  const { status, stdout } = bench('--help');
  const text = String(stdout).replaceAll(/\s+/g, ' ');
  expect(status).toBe(0);
  expect(text).toContain('not of `listen` and `workers-…`, which have their own');
  expect(text).toContain('not `connections-…`, which differ in it');
});

function readOnlyResult(folder: string): Result {
  const [file] = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return JSON.parse(readFileSync(join(folder, file!), 'utf8')) as Result;
}
