import { badArgument } from './errors.js';

/** The largest wait of a timer of Node; a longer one fires at once. */
const MAX_TIMER_MS = 2_147_483_647;

/** Waits for `work`, but no longer than `ms`. */
export async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  try {
    await Promise.race([work, expired]);
  } finally {
    clearTimeout(timer);
  }
}

/** @throws {SocketServerError} ERR_SOCKETSERVER_BAD_ARGUMENT */
export function checkMs(name: string, ms: number): void {
  if (Number.isFinite(ms) && ms >= 0 && ms <= MAX_TIMER_MS) return;
  throw badArgument(name, `milliseconds from 0 to ${MAX_TIMER_MS}`, ms);
}

/** After so many turns of the event loop it has given what the kernel had: the first may have asked the kernel already. */
export const DELIVERY_TURNS = 2;

/** Resolves in the next turn of the event loop. */
export function turn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

/** Resolves after {@link DELIVERY_TURNS}. */
export function delivery(): Promise<void> {
  return new Promise((resolve) => void afterTurns(DELIVERY_TURNS, resolve));
}

/** Calls `done` after so many turns of the event loop. @returns takes that back */
export function afterTurns(turns: number, done: () => void): () => void {
  let timer = setImmediate(function turn() {
    turns--;
    if (turns > 0) timer = setImmediate(turn);
    else done();
  });
  return () => clearImmediate(timer);
}
