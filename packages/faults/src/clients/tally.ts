import { TARGETS, type Tallies, type Tally, type Target } from '../protocol.js';

/** So many clients that hung or read something wrong are told of in words. */
const MAX_NOTES = 5;

export function emptyTally(): Tally {
  return {
    connected: 0,
    begun: 0,
    answered: 0,
    ended: 0,
    refused: 0,
    left: 0,
    wrong: 0,
    hung: 0,
    lost: 0,
    mostAtOnce: 0,
    notes: [],
  };
}

export function note(tally: Tally, text: string): void {
  if (tally.notes.length < MAX_NOTES) tally.notes.push(text);
}

/** The sum of what was counted; of how many were there at once, the most. */
export function sumOf(tallies: readonly Tally[]): Tally {
  const sum = emptyTally();
  for (const { mostAtOnce, notes, ...counts } of tallies) {
    for (const [name, count] of Object.entries(counts) as [keyof typeof counts, number][]) sum[name] += count;
    sum.mostAtOnce = Math.max(sum.mostAtOnce, mostAtOnce);
    for (const text of notes) note(sum, text);
  }
  return sum;
}

/** By target. */
export function sumOfTallies(all: readonly Tallies[]): Tallies {
  const sums = TARGETS.map((target) => [target, sumOf(all.map((tallies) => tallies[target]))] as const);
  return Object.fromEntries(sums) as Record<Target, Tally>;
}
