import { readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** How long closed sockets may take to leave the table. */
const SETTLE_MS = 5_000;

/** How many descriptors this process has open. */
export function openDescriptors(): number {
  // The listing itself opens one.
  return readdirSync('/proc/self/fd').length - 1;
}

/** How many are open once there are no more than `expected`, or when that has not come about in good time. */
export async function settledDescriptors(expected: number): Promise<number> {
  const deadline = performance.now() + SETTLE_MS;
  while (openDescriptors() > expected && performance.now() < deadline) await delay(5);
  return openDescriptors();
}
