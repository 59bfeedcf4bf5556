// For the tests of the proof itself; `npm run test:faults` runs main.ts.
export { FAULTS } from './faults/index.js';
export { Random } from './random.js';
export type { EngineResult } from './run/result.js';
export { runEngine, type EngineRun } from './run/run-engine.js';
