import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';
import { renderChoosing } from '../../../dist/report/docs/choosing.js';
import { writeChoosing } from '../../../dist/report/docs/write-choosing.js';
import { newestResult, readResult, writeResult } from '../../../dist/report/result-file.js';
import { around, resultOf, type Measured } from '../../support/result.js';

const perSecond = (interval: (work: number) => number): Measured =>
  Object.fromEntries([100, 200, 1_000].map((work) => [`cpu-${work}us`, { x: around(1e6 / interval(work)) }]));

function works(strategies: Readonly<Record<string, (work: number) => number>>): Measured {
  const names = Object.keys(perSecond((work) => work));
  return Object.fromEntries(
    names.map((workload) => [
      workload,
      Object.fromEntries(
        Object.entries(strategies).map(([strategy, interval]) => [
          strategy,
          perSecond(interval)[workload]!['x']!,
        ]),
      ),
    ]),
  );
}

describe('docs/choosing.md', () => {
  test('says what the figures say, and the opposite of the opposite', () => {
    const fast = (work: number): number => 30 + work / 2;
    const slow = (work: number): number => 30 + work;
    const one = renderChoosing(resultOf(works({ async: slow, threading: fast })));
    const other = renderChoosing(resultOf(works({ async: fast, threading: slow })));
    expect(one).toContain(
      '`threading` answers most: 1,887 per second, round by round 1.94 times as many as `async`',
    );
    expect(other).toContain(
      '`async` answers most: 1,887 per second, round by round 1.94 times as many as `threading`',
    );
    expect(one).toContain(
      '`threading` answers more than `async` already at the 100 µs of CPU for each request that were measured',
    );
    expect(other).not.toContain('answers more than');
  });

  test('says from which work on threads pay', () => {
    const text = renderChoosing(
      resultOf(works({ async: (work) => 40 + work, threading: (work) => 93 + work * 0.6 })),
    );
    expect(text).toContain(
      '`threading` answers more than `async` from about 130 µs of CPU for each request on (',
    );
  });

  test('says that a break-even lies beyond what was measured', () => {
    const text = renderChoosing(
      resultOf(works({ async: (work) => 40 + work, threading: (work) => 573 + work * 0.6 })),
    );
    expect(text).toContain(
      'from about 1.3 ms of CPU for each request on, beyond the 1 ms that were measured (',
    );
  });

  test('extrapolates no memory from a figure that is not above 0', () => {
    const text = renderChoosing(resultOf({ idle: { async: around(3_000), threading: [-20, -10, 0] } }));
    const [, table = ''] = text.split('memory of idle connections:');
    expect(table).toContain('`async`');
    expect(table).not.toContain('`threading`');
  });

  test('has a range of extrapolations, and says of what, only where the fit can be judged', () => {
    const workers = (counts: readonly number[]) =>
      renderChoosing(
        resultOf(
          Object.fromEntries(counts.map((n) => [`workers-${n}`, { threading: around(1_000 * n ** 0.9) }])),
        ),
      );
    const [, judged = ''] = workers([1, 2, 4]).split('Extrapolated: answers');
    expect(judged).toMatch(/in parentheses, what the middle half[^]*\| `threading` \| [\d,]+ \([\d,]+–/);
    const [, exact = ''] = workers([1, 2]).split('Extrapolated: answers');
    expect(exact).not.toContain('in parentheses, what');
    expect(exact).toMatch(/\| `threading` \| [\d,]+ \| [\d,]+ \|/);
  });

  test('names each number of connections, and who answers most with it', () => {
    const one = { async: around(200), threading: around(100) };
    const other = { async: around(100), threading: around(200) };
    const text = renderChoosing(
      resultOf({
        'connections-8': one,
        'connections-64': other,
        'connections-512': other,
        'connections-2048': one,
      }),
    );
    expect(text).toContain(
      '- Of this project, `async` answers most with 8 connections; `threading` with 64 and 512; `async` with 2,048.',
    );
  });

  test('names the machine and how it was measured', () => {
    const text = renderChoosing(resultOf({ messages: { async: around(10) } }));
    expect(text).toContain('4 × A processor <made> for & by tests, 8 GB of memory, Linux 6, Node v20.20.2');
    expect(text).toContain('5 rounds of 500 ms each after 250 ms of warm-up, 4 workers');
    const connections = renderChoosing(resultOf({ connections: { async: around(10) } }));
    expect(connections).toContain('of warm-up (up to 1.5 s where each request is a connection), 4 workers');
  });

  test('extrapolates nothing where too little was measured', () => {
    const text = renderChoosing(resultOf({ messages: { async: around(10), threading: around(20) } }));
    expect(text).not.toMatch(/extrapolated|fitted|Beyond this machine/i);
  });

  test('marks as extrapolated what is, with how well it fits', () => {
    const text = renderChoosing(
      resultOf({
        'workers-1': { threading: around(1_000) },
        'workers-2': { threading: around(1_900) },
        'workers-4': { threading: around(3_500) },
      }),
    );
    expect(text).toMatch(/Extrapolated: answers per second with more CPUs/);
    expect(text).toMatch(
      /`threading`: Amdahl's law with 4\.\d % of the work one at a time \(3 points, off by 0\.\d %/,
    );
    expect(text).toMatch(/\| strategy \| 8 CPUs \| 16 CPUs \| 32 CPUs \|/);
  });

  test('has as many cells in every row of a table', () => {
    const text = renderChoosing(
      resultOf({
        ...works({ async: (work) => 40 + work }),
        messages: { async: around(10), raw: around(12) },
      }),
    );
    for (const table of text.match(/(?:^\|.*\n)+/gm) ?? []) {
      const counts = table
        .trim()
        .split('\n')
        .map((row) => row.split('|').length);
      expect(new Set(counts).size).toBe(1);
    }
  });
});

describe('the document of this project', () => {
  const text = readFileSync(new URL('../../../../docs/choosing.md', import.meta.url), 'utf8');
  const staticPart = (document: string): string =>
    document.slice(0, document.indexOf('## What was measured'));

  test('is the one that is written now', () => {
    expect(staticPart(text)).toBe(staticPart(renderChoosing(resultOf({}))));
  });

  test('has no dead link', () => {
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)/g)].map((match) => match[1]!);
    expect(links.filter((link) => !existsSync(new URL(`../../../../docs/${link}`, import.meta.url)))).toEqual(
      [],
    );
  });
});

describe('npm run bench -- --docs', () => {
  const program = fileURLToPath(new URL('../../../dist/index.js', import.meta.url));
  const folder = mkdtempSync(join(tmpdir(), 'docs-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('writes what the result says', () => {
    const result = resultOf({ messages: { async: around(10), raw: around(12) } });
    const file = join(folder, 'choosing.md');
    expect(writeChoosing(result, file)).toBe(file);
    expect(readFileSync(file, 'utf8')).toBe(renderChoosing(result));
  });

  test('takes the newest result', () => {
    const older = resultOf({ messages: { async: around(10) } }, { startedAt: '2026-01-02T03:04:05.678Z' });
    const newer = { ...older, startedAt: '2026-02-01T00:00:00.000Z' };
    const file = writeResult(newer, folder);
    writeResult(older, folder);
    expect(newestResult(folder)).toBe(file);
    expect(readResult(file)).toEqual(newer);
  });

  test('passes over what does not speak for the machine', () => {
    const results = mkdtempSync(join(folder, 'results-'));
    const whole = resultOf({ messages: { async: around(10) } });
    const file = writeResult(whole, results);
    const { method } = whole;
    const subject = { handler: 'file:///own.js', requestBytes: 1, answerBytes: 1 };
    const others = [
      { trials: [] },
      { isInterrupted: true },
      { method: { ...method, quick: true } },
      { subject },
    ];
    for (const [index, other] of others.entries()) {
      writeResult({ ...whole, ...other, startedAt: `2026-02-0${index + 1}T00:00:00.000Z` }, results);
    }
    writeFileSync(join(results, 'z.json'), '{}');
    expect(newestResult(results)).toBe(file);
    rmSync(file);
    expect(newestResult(results)).toBeUndefined();
  });

  test.each([
    [
      ['--docs', '--out', join(folder, 'nothing')],
      /Expected a result in .*nothing that is not quick, .* got none; run `npm run bench` first/,
    ],
    [
      ['--docs', emptyResult()],
      /Expected `.*` to be a result with trials, got one in which nothing was measured/,
    ],
    [['--docs', join(folder, 'nothing.json')], /Expected `.*nothing\.json` to be a result of this tool/],
  ])('%j says in one line what is missing', (args, message) => {
    const { status, stderr } = spawnSync(process.execPath, [program, ...args], {
      encoding: 'utf8',
      timeout: 25_000,
    });
    expect({ status, lines: stderr.trim().split('\n').length }).toEqual({ status: 1, lines: 1 });
    expect(stderr).toMatch(message);
  });

  function emptyResult(): string {
    return writeResult(resultOf({}), mkdtempSync(join(folder, 'empty-')));
  }
});
