import { expect, test } from '@jest/globals';
import { STRATEGIES, type Strategy } from '../../dist/strategies/index.js';
import { probeSubject, whyNotSubject, type Probed } from '../../dist/subject/index.js';
import { WORKLOADS, type Workload } from '../../dist/workloads/index.js';

const request = Buffer.from('hello\n');

function probe(fixture: string, answer?: string): Promise<Probed> {
  const handler = new URL(`../fixtures/${fixture}.mjs`, import.meta.url);
  const plan = { handler, request };
  return probeSubject(answer === undefined ? plan : { ...plan, answer: Buffer.from(answer) }, {
    node: process.execPath,
  });
}

test('a handler is asked what it answers', async () => {
  const probed = await probe('reversing');
  expect(probed.request).toEqual({
    bytes: request.toString('base64'),
    answer: Buffer.from('olleh\n').toString('base64'),
  });
  expect(probed.answersRepeatedly).toBe(true);
  expect(reason(probed, 'threading', 'messages')).toBeUndefined();
  expect(reason(probed, 'cluster', 'connections')).toMatch(/handlers of this project/);
});

test('answers that differ are counted only where a connection ends with each', async () => {
  const probed = await probe('random');
  expect(probed.request).toMatchObject({ answer: null });
  expect(reason(probed, 'async', 'connections')).toBeUndefined();
  expect(reason(probed, 'async', 'messages')).toMatch(/answers of the handler differ/);
});

test('an answer that is not the one expected is refused', async () => {
  await expect(probe('reversing', 'hello\n')).rejects.toThrow(
    /Expected the handler to answer the 6 bytes of `--answer`/,
  );
});

test('a module that is no handler is refused with its own words', async () => {
  await expect(probe('failing')).rejects.toThrow(/`--handler`.*no server today/);
});

test.each([
  ['throwing', /got an end without any bytes: NoSuchLuck: not today$/],
  ['quiet', /got an end without any bytes$/],
  ['endless', /got 4 bytes and no end in 5000 ms/],
])(
  'a handler that does not answer and end is refused with what it did: %s',
  async (fixture, message) => {
    await expect(probe(fixture)).rejects.toThrow(message);
  },
  30_000,
);

function reason(probed: Probed, strategy: string, workload: string): string | undefined {
  return whyNotSubject(probed, named<Strategy>(STRATEGIES, strategy), named<Workload>(WORKLOADS, workload));
}

function named<Item extends { readonly name: string }>(items: readonly Item[], name: string): Item {
  return items.find((item) => item.name === name)!;
}
