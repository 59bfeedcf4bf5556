import { SocketServerError } from '@socketserver/core';
import { describe } from '@socketserver/core/workers';

/** The fields that say how many children there are, how many requests each takes, and when it is replaced. */
export interface PoolSize {
  readonly maxChildren: number;
  readonly standbyChildren: number;
  readonly requestsPerChild: number;
  readonly maxRequestsPerChild: number;
  readonly maxRequestsJitter: number;
  readonly maxWorkerRss: number;
  readonly stuckTimeout: number;
}

export interface ForkingFields extends Omit<PoolSize, 'standbyChildren'> {
  readonly standbyChildren: number | null;
  readonly acknowledgeTimeout: number;
  readonly killGrace: number;
}

/** Fills in the default of `standbyChildren`: one for each child that will be replaced at every request. */
export function poolSizeOf(fields: ForkingFields): PoolSize {
  const { maxChildren, maxRequestsPerChild } = fields;
  const standbys = maxRequestsPerChild === 1 ? maxChildren : Math.min(maxRequestsPerChild, 1);
  const standbyChildren = fields.standbyChildren ?? standbys;
  const { requestsPerChild, maxRequestsJitter, maxWorkerRss, stuckTimeout } = fields;
  return {
    maxChildren,
    standbyChildren,
    requestsPerChild,
    maxRequestsPerChild,
    maxRequestsJitter,
    maxWorkerRss,
    stuckTimeout,
  };
}

/** @throws {SocketServerError} ERR_SOCKETSERVER_BAD_ARGUMENT naming the field */
export function checkFields(fields: ForkingFields): void {
  checkInteger('maxChildren', fields.maxChildren, { min: 1 });
  checkInteger('requestsPerChild', fields.requestsPerChild, { min: 1 });
  checkInteger('maxRequestsPerChild', fields.maxRequestsPerChild, { min: 0 });
  checkInteger('maxRequestsJitter', fields.maxRequestsJitter, { min: 0 });
  if (fields.standbyChildren !== null) checkInteger('standbyChildren', fields.standbyChildren, { min: 0 });
  checkInteger('acknowledgeTimeout', fields.acknowledgeTimeout, { min: 1 });
  checkInteger('killGrace', fields.killGrace, { min: 0 });
  checkInteger('stuckTimeout', fields.stuckTimeout, { min: 0 });
  checkInteger('maxWorkerRss', fields.maxWorkerRss, { min: 0, max: Number.MAX_SAFE_INTEGER });
}

/** The largest wait of a timer of Node; no count comes near it. */
const MAX = 2_147_483_647;

function checkInteger(name: string, value: unknown, { min, max = MAX }: { min: number; max?: number }): void {
  if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) return;
  throw new SocketServerError(
    'ERR_SOCKETSERVER_BAD_ARGUMENT',
    `Expected \`${name}\` to be an integer from ${min} to ${max}, got ${describe(value)}`,
  );
}
