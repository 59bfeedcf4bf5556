import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { defaultWorkers } from '@socketserver/core/workers';
import { poolSizeOf } from '../../src/workers/options.js';

const folder = mkdtempSync(join(tmpdir(), 'cgroup-'));
afterAll(() => rmSync(folder, { recursive: true }));

let roots = 0;

/** A file system with these files in it. */
function rootWith(files: Record<string, string>): string {
  const root = join(folder, String(++roots));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

describe('the default number of workers', () => {
  test.each([
    ['no file at all', {}, Infinity],
    [
      'a container of one CPU',
      { 'proc/self/cgroup': '0::/\n', 'sys/fs/cgroup/cpu.max': '100000 100000\n' },
      1,
    ],
    ['half a CPU', { 'proc/self/cgroup': '0::/\n', 'sys/fs/cgroup/cpu.max': '50000 100000\n' }, 1],
    ['one CPU and a half', { 'proc/self/cgroup': '0::/\n', 'sys/fs/cgroup/cpu.max': '150000 100000\n' }, 2],
    ['no limit', { 'proc/self/cgroup': '0::/\n', 'sys/fs/cgroup/cpu.max': 'max 100000\n' }, Infinity],
    [
      'the limit of a group above it',
      {
        'proc/self/cgroup': '0::/system.slice/app.service\n',
        'sys/fs/cgroup/system.slice/cpu.max': '100000 100000\n',
        'sys/fs/cgroup/system.slice/app.service/cpu.max': 'max 100000\n',
      },
      1,
    ],
    [
      'a path of the host, which the container does not see',
      { 'proc/self/cgroup': '0::/docker/abc\n', 'sys/fs/cgroup/cpu.max': '100000 100000\n' },
      1,
    ],
    [
      'cgroup v1',
      {
        'proc/self/cgroup': '4:memory:/x\n1:cpu,cpuacct:/box\n0::/\n',
        'sys/fs/cgroup/cpu/box/cpu.cfs_quota_us': '100000\n',
        'sys/fs/cgroup/cpu/box/cpu.cfs_period_us': '100000\n',
      },
      1,
    ],
    [
      'cgroup v1 without a limit',
      {
        'proc/self/cgroup': '1:cpu:/\n',
        'sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n',
        'sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
      },
      Infinity,
    ],
    ['rubbish', { 'proc/self/cgroup': '0::/\n', 'sys/fs/cgroup/cpu.max': 'lots of it\n' }, Infinity],
  ] as [string, Record<string, string>, number][])('with %s', (_, files, limit) => {
    expect(defaultWorkers(rootWith(files))).toBe(Math.min(availableParallelism(), limit));
  });
});

const names = {
  min: 'minThreads',
  max: 'maxThreads',
  standby: 'standbyThreads',
  requestsPerWorker: 'requestsPerThread',
  maxRequests: 'maxRequestsPerThread',
};
const fields = {
  minThreads: null,
  maxThreads: 4,
  standbyThreads: null,
  requestsPerThread: 10,
  maxRequestsPerThread: 0,
  maxRequestsJitter: 0,
  maxWorkerMemory: 0,
  idleTimeout: Infinity,
  stuckTimeout: 0,
};

describe('the size of a pool', () => {
  test('as many workers as there may be, and no standby', () => {
    expect(poolSizeOf(fields, names)).toMatchObject({ min: 4, max: 4, standby: 0, idleTimeout: Infinity });
  });

  test.each([
    [1, 4],
    [2, 1],
    [100, 1],
  ])('of workers that are replaced after %d requests has standbys: %d', (maxRequestsPerThread, standby) => {
    expect(poolSizeOf({ ...fields, maxRequestsPerThread } as typeof fields, names)).toMatchObject({
      standby,
    });
  });

  test.each([
    ['maxThreads', 0],
    ['maxThreads', null],
    ['minThreads', 5],
    ['minThreads', 0],
    ['standbyThreads', -1],
    ['requestsPerThread', 0.5],
    ['maxRequestsPerThread', -1],
    ['maxRequestsJitter', 'two'],
    ['maxWorkerMemory', 2 ** 60],
    ['idleTimeout', 2 ** 31],
    ['idleTimeout', NaN],
    ['stuckTimeout', Infinity],
  ])('%s = %p is refused by name', (name, value) => {
    expect(() => poolSizeOf({ ...fields, [name]: value } as typeof fields, names)).toThrow(
      expect.objectContaining({
        code: 'ERR_SOCKETSERVER_BAD_ARGUMENT',
        message: expect.stringMatching(`^Expected \`${name}\` to be `),
      }),
    );
  });
});
