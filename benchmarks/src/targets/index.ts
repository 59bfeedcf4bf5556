export { TARGETS } from './targets.js';
export { checkTargets } from './check.js';
export { type Target, type TargetResult } from './target.js';
