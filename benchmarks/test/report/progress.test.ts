import { expect, test } from '@jest/globals';
import { Progress } from '../../dist/report/progress.js';

/** A terminal, a clock, and what is on the line. */
function shown(isTTY = true) {
  const written: string[] = [];
  const clock = { now: 1_000 };
  const terminal = { isTTY, write: (text: string) => written.push(text) };
  return {
    written,
    clock,
    line: () => written.at(-1)!.replace('\r\x1b[K', ''),
    progress: (plannedMs: number) => new Progress(plannedMs, terminal, () => clock.now),
  };
}

test('says at once what is done, and how long all is planned to take', () => {
  const { progress, line } = shown();
  progress(95_000).begin('async: messages');
  expect(line()).toBe('░░░░░░░░░░░░░░░░░░░░░░░░   0 % · 1 min 35 s left · async: messages');
});

test('what is over counts as much as it was planned to take', () => {
  const { progress, line, clock } = shown();
  const running = progress(40_000);
  running.begin('one');
  clock.now += 10_000;
  running.end(10_000);
  running.begin('two');
  expect(line()).toBe('██████░░░░░░░░░░░░░░░░░░  25 % · 30 s left · two');
});

test('if all takes longer than planned, the rest does too', () => {
  const { progress, line, clock } = shown();
  const running = progress(110_000);
  clock.now += 105_000;
  running.end(50_000);
  running.begin('two');
  expect(line()).toMatch(/ 45 % · 2 min 0 s left/);
});

test('what is dropped is neither done nor left', () => {
  const { progress, line } = shown();
  const running = progress(40_000);
  running.drop(30_000);
  running.begin('two');
  expect(line()).toMatch(/  0 % · 10 s left/);
});

test('is no longer than the terminal is wide, for the rest would stay', () => {
  const written: string[] = [];
  const terminal = { isTTY: true, columns: 60, write: (text: string) => written.push(text) };
  new Progress(1_000, terminal).begin('async: light requests beside heavy ones, and so on');
  expect(written[0]).toHaveLength('\r\x1b[K'.length + 59);
  expect(written[0]).toContain(' left · async: light');
});

test('leaves an empty line, and writes nothing where there is no terminal', () => {
  const one = shown();
  one.progress(1)[Symbol.dispose]();
  expect(one.line()).toBe('');
  const other = shown(false);
  const running = other.progress(1);
  running.begin('one');
  running[Symbol.dispose]();
  expect(other.written).toEqual([]);
});
