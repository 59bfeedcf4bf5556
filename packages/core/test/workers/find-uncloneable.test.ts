import { MessageChannel } from 'node:worker_threads';
import { expect, test } from '@jest/globals';
import { findUncloneable } from '@socketserver/core/workers';

function crosses(value: unknown): boolean {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}

const run = (): void => {};

test.each([
  ['context', run],
  ['context.db.query', { size: 1, db: { name: 'x', query: run } }],
  ['context.list[1]', { list: [1, run] }],
  ['context["two words"]', { 'two words': run }],
  ['context.get("key")', new Map([['key', run]])],
  ['context.get(1n)', new Map([[1n, run]])],
  ['context.values()[0]', new Set([run])],
])('%s is found', (path, context) => {
  expect(findUncloneable(context, 'context', { crosses })).toEqual({ path, value: run });
});

test('in a circle, and behind what is moved', () => {
  const { port1 } = new MessageChannel();
  const context: Record<string, unknown> = { channel: { port: port1 }, log: run };
  context['self'] = context;
  expect(findUncloneable(context, 'context', { crosses, moved: [port1] })).toEqual({
    path: 'context.log',
    value: run,
  });
  port1.close();
});

test('what refers back to what holds it', () => {
  const context: Record<string, unknown> = {};
  const cache = Object.assign(new WeakMap(), { owner: context });
  context['cache'] = cache;
  expect(findUncloneable(context, 'context', { crosses })).toEqual({ path: 'context.cache', value: cache });
});

test('nothing, where only what is moved does not cross', () => {
  const { port1 } = new MessageChannel();
  expect(findUncloneable({ port: port1 }, 'context', { crosses, moved: [port1] })).toBeUndefined();
  port1.close();
});

test('an object with a getter that throws is itself the uncloneable', () => {
  const context = {
    get size(): number {
      throw new Error('no size');
    },
  };
  expect(findUncloneable({ context }, 'it', { crosses })).toEqual({ path: 'it.context', value: context });
});
