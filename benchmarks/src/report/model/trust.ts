import type { Quality } from './least-squares.js';

/** Further off than this, a model describes nothing: it is not shown. */
const WORST_ERROR = 0.25;

export function describesWell({ error }: Quality): boolean {
  return error <= WORST_ERROR;
}
