import { isDeepStrictEqual } from 'node:util';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Slots } from '@socketserver/core/workers';

type Item = { name: string };
type Model = Map<number, Item>;
/** @returns whether both did the same */
type Step = (slots: Slots<Item>, model: Model) => boolean;

const add = (name: string): Step => {
  return (slots, model) => {
    const item = { name };
    const slot = slots.add(item);
    const isFree = !model.has(slot);
    model.set(slot, item);
    return isFree;
  };
};

const remove = (slot: number): Step => {
  return (slots, model) => {
    const removed = model.get(slot);
    model.delete(slot);
    return slots.remove(slot) === removed;
  };
};

const empty: Step = (slots, model) => {
  const all = new Set(model.values());
  model.clear();
  return isDeepStrictEqual(new Set(slots.empty()), all);
};

const step = fc.oneof(fc.string().map(add), fc.integer({ min: -1, max: 20 }).map(remove), fc.constant(empty));

test('holds what a Map would, under the lowest numbers that will do', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      const slots = new Slots<Item>();
      const model: Model = new Map();
      let most = 0;
      for (const act of steps) {
        expect(act(slots, model)).toBe(true);
        most = Math.max(most, model.size);
        expect(slots.size).toBe(model.size);
        expect(new Set(slots)).toEqual(new Set(model.values()));
        expect(Math.max(-1, ...model.keys())).toBeLessThan(Math.max(most, 1));
      }
    }),
  );
});

test('one that is removed while others are looked at is left out', () => {
  const slots = new Slots<{ slot: number }>();
  const items = Array.from({ length: 4 }, () => ({ slot: -1 }));
  for (const item of items) item.slot = slots.add(item);
  const seen: object[] = [];
  for (const item of slots) {
    seen.push(item);
    slots.remove(item.slot + 1);
  }
  expect(seen).toEqual([items[0], items[2]]);
});
