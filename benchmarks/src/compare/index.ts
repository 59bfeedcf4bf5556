export { compareResults, type Change, type Comparison } from './compare.js';
export { differencesOf, hasAnyOf } from './differences.js';
