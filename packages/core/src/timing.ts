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
