export { compareResults, type Change, type Comparison } from './compare.js';
