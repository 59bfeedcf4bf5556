import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import axe from 'axe-core';
import { compareResults } from '../../../dist/compare/index.js';
import { figure } from '../../../dist/report/figures.js';
import { wordsOf } from '../../../dist/report/metrics.js';
import { oursFirst, type Contest } from '../../../dist/report/reading/contest.js';
import { read } from '../../../dist/report/reading/reading.js';
import { inShort } from '../../../dist/report/words/in-short.js';
import { writeReport } from '../../../dist/report/write-report.js';
import { hasChromium, WHY_SKIPPED } from '../../support/chromium.js';
import { fullResult } from '../../support/full-result.js';
import { Pages } from '../../support/open-page.js';
import { around, resultOf } from '../../support/result.js';

const result = fullResult();
const { contests } = read(result);
const folder = mkdtempSync(join(tmpdir(), 'report-'));
let file: string;

// A browser that shares a busy machine looks at every element, more than once.
jest.setTimeout(180_000);

beforeAll(async () => {
  file = await writeReport(result, join(folder, 'result.json'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const describeIf = (condition: boolean) => (condition ? describe : describe.skip);

function contestOf(name: string): Contest {
  return contests.find(({ workload }) => workload.name === name)!;
}

describe('the file', () => {
  test('is one page, with the licence of everything in it', () => {
    expect(file).toBe(join(folder, 'report.html'));
    const text = readFileSync(file, 'utf8');
    expect(text).toMatch(/^<!doctype html>/);
    expect(text).not.toMatch(/<(link|script|img|iframe)[^>]+(src|href)="(?!data:)/);
    expect(text).toMatch(
      /<h3>@observablehq\/plot \d[\d.]+<\/h3>\s*<pre>Copyright 2020-\d+ Observable, Inc\./,
    );
    expect(text).toMatch(/<h3>d3-scale \d/);
  });

  test('has no two tables of one name among all figures', () => {
    const [, section = ''] = readFileSync(file, 'utf8').split('<section id="figures"');
    const [body = ''] = section.split('</section>');
    const titles = [...body.matchAll(/<summary>([^<]*)<\/summary>/g)].map(([, title]) => title);
    expect(titles).toContain('messages on 64 open connections (part of the curve over connections)');
    expect(new Set(titles).size).toBe(titles.length);
  });

  test('holds no text of a result as HTML', () => {
    const text = readFileSync(file, 'utf8');
    expect(text).toContain('A processor &lt;made&gt; for &amp; by tests');
    expect(text).toContain('there is &lt;no&gt; python3');
    expect(text).not.toMatch(/<made>|<no>/);
  });

  test.each([
    ['nothing', {}, ['answers']],
    [
      'one workload',
      { messages: { async: around(10), threading: around(20) } },
      ['answers', 'strategies', 'throughput', 'figures'],
    ],
  ])('has no part for what was not measured: %s', async (_, measured, parts) => {
    const other = mkdtempSync(join(tmpdir(), 'report-'));
    try {
      const text = readFileSync(await writeReport(resultOf(measured), join(other, 'result.json')), 'utf8');
      const sections = [...text.matchAll(/<section id="(\w+)"/g)].map(([, id]) => id);
      expect(sections).toEqual(parts);
    } finally {
      rmSync(other, { recursive: true });
    }
  });
});

test('says what got better or worse since an earlier result, with the figures of both', async () => {
  const other = mkdtempSync(join(tmpdir(), 'report-'));
  const before = resultOf({ messages: { async: around(100), threading: around(100), raw: around(100) } });
  const after = resultOf({ messages: { async: around(150), threading: around(80), raw: around(100) } });
  const comparison = {
    file: 'old.json',
    startedAt: '2025-12-31T23:58:00.000Z',
    differences: ['Node v18 then, v20 now'],
    changes: compareResults(before, after),
  };
  try {
    const file = await writeReport({ ...after, comparison }, join(other, 'result.json'));
    const text = readFileSync(file, 'utf8');
    const [section = ''] = /<section id="changes"[^]*?<\/section>/.exec(text) ?? [];
    const words = section.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');
    expect(words).toContain('Beside the result of 2025-12-31, 23:58 UTC:');
    expect(words).toMatch(/Beyond the noise better: async in messages \(\+50 %\) ?\./);
    expect(words).toMatch(/Beyond the noise worse: threading in messages \(−20 %\) ?\./);
    expect(words).toContain('Within the noise: 1 of 3.');
    expect(words).toContain('Beware, not everything was the same then: Node v18 then, v20 now.');
    expect(words).toMatch(
      /messages async 100 per second 150 per second \+50 % better .* raw .* 0 % within the noise/,
    );
  } finally {
    rmSync(other, { recursive: true });
  }
});

describeIf(hasChromium)(`in a browser${WHY_SKIPPED}`, () => {
  const pages = new Pages();
  afterAll(() => pages[Symbol.asyncDispose]());

  test('it draws every chart, says nothing, and asks for nothing but itself', async () => {
    await pages.open(file);
    await pages.unfold();
    const kinds = await pages.run<string[]>(
      `JSON.parse(document.getElementById('page-data').textContent).charts.map(({ kind }) => kind)`,
    );
    expect(new Set(kinds)).toEqual(new Set(['bars', 'percentiles', 'lines']));
    expect(await pages.page.locator('.chart > svg').count()).toBe(kinds.length);
    const { said, requests } = pages;
    expect({ said, requests }).toEqual({ said: [], requests: [pathToFileURL(file).href] });
  });

  test('it begins with the answers in short, each of which leads to the whole one', async () => {
    const page = await pages.open(file);
    const section = page.locator('main > section').first();
    expect(await section.getByRole('heading').allTextContents()).toEqual(['In short']);
    const rows = section.getByRole('row');
    const shown = await Promise.all((await rows.all()).map((row) => row.locator('th, td').allInnerTexts()));
    const text = (words: string) => words.replaceAll('`', '').replaceAll(/\s+/g, ' ').trim();
    expect(shown.map((cells) => cells.map(text))).toEqual([
      ['What is served', 'Which of this project', 'Beside the peers'],
      ...inShort(contests).map(({ title, best, lead, peers }) => [title, `${best} ${lead}`, peers].map(text)),
    ]);
    // The figures are those of the result, and not only those of the same words.
    const [first, second] = contestOf('cpu-200us').entries.filter(({ strategy }) => strategy.isOurs);
    const ratio = first!.value.median / second!.value.median;
    expect(shown.flat().map(text)).toContain(
      `${first!.strategy.name} ${Math.round(ratio * 100) - 100} % more than ${second!.strategy.name}`,
    );
    for (const { title, workload } of inShort(contests)) {
      await section.getByRole('link', { name: title, exact: true }).focus();
      await page.keyboard.press('Enter');
      expect(await page.locator(':target h3').textContent()).toBe(workload.title);
    }
  });

  test.each([1_280, 390])('the answers in short are a table, at %d pixels too', async (width) => {
    const page = await pages.open(file, { viewport: { width, height: 800 } });
    const table = page.locator('#short').getByRole('table');
    expect(await table.getByRole('columnheader').count()).toBe(3);
    expect(await table.getByRole('rowheader').count()).toBe(inShort(contests).length);
    expect(await table.getByRole('cell').count()).toBe(2 * inShort(contests).length);
  });

  test('the figures of its tables are those of the result', async () => {
    await pages.open(file);
    const tables = await pages.tables();
    const barred = contests.filter(({ workload }) => `by-strategy-${workload.name}` in tables);
    expect(barred).toHaveLength(7);
    for (const contest of barred) {
      const { unit } = wordsOf(contest.workload.metric);
      expect(tables[`by-strategy-${contest.workload.name}`]).toMatchObject(
        oursFirst(contest).map(({ strategy, value: { median, low, high }, summary: { errors } }) => ({
          name: strategy.name,
          values: [median, low, high, errors],
          texts: [median, low, high].map((value) => figure(value, unit)).concat(String(errors)),
        })),
      );
    }
    expect(tables['latency-mix']).toMatchObject(
      oursFirst(contestOf('mix')).map(({ strategy, summary }) => ({
        name: strategy.name,
        values: Object.values(summary.latency!).map(({ median }) => median),
      })),
    );
    for (const [id, pick] of [
      ['throughput-by-connections', 'value'],
      ['latency-by-connections', 'p99'],
    ] as const) {
      for (const count of [8, 64, 512, 2_048]) {
        const rows = tables[id]!.filter(({ values }) => values[0] === count);
        const expected = contestOf(`connections-${count}`).entries.map(({ strategy, summary }) => {
          const { median, low, high } = summary[pick]!;
          return { name: strategy.name, values: [count, median, low, high] };
        });
        expect(rows.map(({ name, values }) => ({ name, values })).toSorted(byName)).toEqual(
          expected.toSorted(byName),
        );
      }
    }
  });

  test('all figures are those of the result', async () => {
    await pages.open(file);
    const shown = await pages.run<(number | null)[][]>(
      `[...document.querySelectorAll('#figures tbody tr')].map((row) =>
        [...row.querySelectorAll('td')].map((cell) => cell.querySelector('data') && Number(cell.querySelector('data').value)),
      )`,
    );
    const wanted = contests.flatMap(({ entries }) =>
      entries.map(({ summary }) => {
        const { value, ratio, cpuRatio, cpuMicrosPerAnswer, cpuShare, p50, p99, memoryBytes, errors } =
          summary;
        const spreads = [value, ratio, cpuRatio, cpuMicrosPerAnswer, cpuShare, p50, p99, memoryBytes];
        return [...spreads.map((spread) => spread?.median ?? null), errors];
      }),
    );
    expect(shown).toEqual(wanted);
  });

  test('the lengths of its bars are those of the result', async () => {
    await pages.open(file);
    const widths = await pages.run<number[]>(
      `[...document.querySelectorAll('#by-strategy-cpu-200us [data-mark="bar"] rect')].map((one) => one.width.baseVal.value)`,
    );
    const values = oursFirst(contestOf('cpu-200us')).map(({ value }) => value.median);
    expect(widths.map((width) => width / widths[0]!)).toEqual(
      values.map((value) => expect.closeTo(value / values[0]!, 2)),
    );
  });

  test('a figure is shown where the pointer is, and where the arrow keys go', async () => {
    const page = await pages.open(file);
    const chart = page.locator('#by-strategy-cpu-200us');
    /** The text in the box beside the pointer, once it is that; a box that is not shown is empty. */
    const boxText = (text: RegExp) =>
      pages.until(
        `document.querySelector('#by-strategy-cpu-200us').querySelector('[aria-label="tip"], [data-mark="tip"]').textContent`,
        text,
      );
    const [first, second] = oursFirst(contestOf('cpu-200us')).map(({ strategy, value }) => {
      return new RegExp(`${strategy.name}.${figure(value.median, 'per second')}`);
    });
    await chart.locator('[data-mark="bar"] rect').first().hover();
    expect(await boxText(first!)).toMatch(first!);
    await page.mouse.move(0, 0);
    expect(await boxText(/^$/)).toBe('');
    await chart.locator('svg').focus();
    await page.keyboard.press('ArrowDown');
    expect(await boxText(first!)).toMatch(first!);
    await page.keyboard.press('ArrowDown');
    expect(await boxText(second!)).toMatch(second!);
    // For those who do not see it, it is said.
    const [, { strategy, value }] = oursFirst(contestOf('cpu-200us')) as [
      unknown,
      Contest['entries'][number],
    ];
    const said = new RegExp(`^${strategy.name} ${figure(value.median, 'per second')} half of the rounds: `);
    expect(
      await pages.until(`document.querySelector('#by-strategy-cpu-200us [aria-live]').textContent`, said),
    ).toMatch(said);
  });

  test.each(['light', 'dark'] as const)('everyone can read it, %s', async (colorScheme) => {
    await pages.open(file, { colorScheme });
    await pages.unfold();
    await pages.run(axe.source);
    const violations = await pages.run<unknown[]>(
      `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => ({ id, where: nodes.map(({ html }) => html) })))`,
    );
    expect(violations).toEqual([]);
    const charts = await pages.run<{ role: string; label: string }[]>(
      `[...document.querySelectorAll('.chart > svg')].map((one) => ({ role: one.getAttribute('role'), label: one.getAttribute('aria-label') }))`,
    );
    for (const { role, label } of charts)
      expect({ role, label }).toEqual({ role: 'img', label: expect.stringMatching(/\w+: .*\d/) });
  });

  test.each([320, 390, 768])('nothing sticks out at %d pixels', async (width) => {
    await pages.open(file, { viewport: { width, height: 800 } });
    await pages.unfold();
    expect(await pages.run<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
  });

  test('on paper it is light, whatever the screen is', async () => {
    const page = await pages.open(file, { colorScheme: 'dark' });
    const background = 'getComputedStyle(document.body).backgroundColor';
    expect(await pages.run(background)).not.toBe('rgb(255, 255, 255)');
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(await pages.run(background)).toBe('rgb(255, 255, 255)');
  });

  test('on paper, which is narrow, the answers in short are still a table on the first page', async () => {
    const page = await pages.open(file, { viewport: { width: 690, height: 1_000 } });
    const table = `document.querySelector('.in-short')`;
    const display = `getComputedStyle(${table}.rows[1]).display`;
    expect(await pages.run(display)).toBe('grid');
    await page.emulateMedia({ media: 'print' });
    expect(await pages.run(display)).toBe('table-row');
    expect(await pages.run<number>(`${table}.getBoundingClientRect().bottom`)).toBeLessThan(1_000);
  });
});

function byName(a: { name: string }, b: { name: string }): number {
  return a.name.localeCompare(b.name);
}
