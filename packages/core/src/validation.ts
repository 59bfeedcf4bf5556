import { badArgument } from './errors.js';

/** The longest delay of a timer of Node, in milliseconds; a longer one fires at once. */
const MAX_TIMER_MS = 2_147_483_647;

/** @throws {SocketServerError} ERR_SOCKETSERVER_BAD_ARGUMENT unless `ms` is a delay that a timer takes */
export function checkMs(name: string, ms: number): void {
  if (Number.isFinite(ms) && ms >= 0 && ms <= MAX_TIMER_MS) return;
  throw badArgument(name, `milliseconds from 0 to ${MAX_TIMER_MS}`, ms);
}

/** The same for a time limit, which `null` lifts. */
export function checkMsOrNull(name: string, ms: number | null): void {
  if (ms !== null) checkMs(name, ms);
}

/** @throws {SocketServerError} ERR_SOCKETSERVER_BAD_ARGUMENT unless `count` is a positive integer */
export function checkCount(name: string, count: number): void {
  if (Number.isSafeInteger(count) && count > 0) return;
  throw badArgument(name, 'a positive integer', count);
}

/**
 * @param max - inclusive. @default the longest delay of a timer; no sensible count comes near it
 * @throws {SocketServerError} ERR_SOCKETSERVER_BAD_ARGUMENT unless `value` is an integer from `min` to `max`
 */
export function checkInteger(
  name: string,
  value: unknown,
  { min, max = MAX_TIMER_MS }: { min: number; max?: number },
): number {
  if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) return value as number;
  throw badArgument(name, `an integer from ${min} to ${max}`, value);
}
