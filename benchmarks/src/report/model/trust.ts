import type { Quality } from './least-squares.js';
import type { Scaling } from './scaling.js';

/** Further off than this, a model describes nothing: it is not shown. */
const WORST_ERROR = 0.1;

export function describesWell({ error }: Quality): boolean {
  return error <= WORST_ERROR;
}

/** No more than all of the work can be one at a time: else more workers did less, and the law has no reason for that. */
export function isPlausible({ contention, quality }: Scaling): boolean {
  return contention < 1 && describesWell(quality);
}
