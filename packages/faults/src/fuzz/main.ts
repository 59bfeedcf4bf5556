// `npm run test:fuzz`: every property with 100,000 random inputs. `-- SEED` repeats a run.
import fc from 'fast-check';
import { FUZZ } from './index.js';

const INPUTS = 100_000;

const [given] = process.argv.slice(2);
const seed = given === undefined ? Date.now() % 1_000_000_000 : Number(given);
if (!Number.isSafeInteger(seed)) {
  console.error(`Expected a whole number as the seed, got ${given}`);
  process.exit(2);
}
console.log(`Seed ${seed}; repeat with: npm run test:fuzz -- ${seed}`);

let failures = 0;
for (const [subject, properties] of Object.entries(FUZZ)) {
  for (const { name, property, atMost = INPUTS } of properties) {
    const numRuns = Math.min(INPUTS, atMost);
    const begin = performance.now();
    const { failed, counterexample, errorInstance, counterexamplePath } = await fc.check(property, {
      seed,
      numRuns,
    });
    const seconds = ((performance.now() - begin) / 1_000).toFixed(1);
    console.log(`${failed ? 'FAILED' : 'held  '} ${subject}: ${name} (${numRuns} inputs, ${seconds} s)`);
    if (!failed) continue;
    failures++;
    console.log(
      `  input: ${fc.stringify(counterexample)}\n  path: ${counterexamplePath}\n  ${String(errorInstance)}`,
    );
  }
}
console.log(failures === 0 ? 'All properties held.' : `${failures} properties did NOT hold.`);
process.exitCode = failures === 0 ? 0 : 1;
