import { badArgument } from './errors.js';

/** The largest wait of a timer of Node; a longer one fires at once. */
const MAX_TIMER_MS = 2_147_483_647;

/** Waits for `work`, but no longer than `ms`. */
export async function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, expired]);
  clearTimeout(timer);
}

/** @throws {SocketServerError} ERR_SOCKETSERVER_BAD_ARGUMENT */
export function checkMs(name: string, ms: number): void {
  if (Number.isFinite(ms) && ms >= 0 && ms <= MAX_TIMER_MS) return;
  throw badArgument(name, `milliseconds from 0 to ${MAX_TIMER_MS}`, ms);
}
