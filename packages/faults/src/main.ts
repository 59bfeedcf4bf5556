// `npm run test:faults`: serves with every engine under load and faults, and says whether all promises held.
import { writeFileSync } from 'node:fs';
import { readOptions, USAGE, type Options } from './options.js';
import { Random } from './random.js';
import { asMarkdown, asText, hasHeld, type Report } from './report/report.js';
import type { EngineResult, FaultResult } from './run/result.js';
import { runEngine } from './run/run-engine.js';
import { fates } from './run/scene.js';

/** From so many minutes on there is time for what takes long. */
const SOAK_MINUTES = 10;

process.exitCode = await main();

async function main(): Promise<number> {
  if (process.argv.includes('--help')) {
    console.log(USAGE);
    return 0;
  }
  let options: Options;
  try {
    options = readOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`);
    return 2;
  }
  const { minutes, engines, faults, seed, json, markdown } = options;
  const command = `npm run test:faults -- --minutes ${minutes} --seed ${seed}`;
  console.log(`${command}: ${faults.length} faults, engines ${engines.join(', ')}`);
  const results: EngineResult[] = [];
  const failures: string[] = [];
  for (const engine of engines) {
    console.log(`\n${engine}`);
    const run = {
      engine,
      faults,
      random: new Random(seed),
      seconds: (minutes * 60) / engines.length,
      isSoak: minutes >= SOAK_MINUTES,
      onFault: tellOf,
    };
    try {
      results.push(await runEngine(run));
    } catch (error) {
      failures.push(`${engine}: ${String(error)}`);
    }
  }
  const report: Report = { seed, minutes, command, results, failures };
  console.log(asText(report));
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(report, null, 2)}\n`);
  if (markdown !== undefined) writeFileSync(markdown, asMarkdown(report));
  return hasHeld(report) ? 0 : 1;
}

function tellOf({ name, status, injected, seconds, tally, broken }: FaultResult): void {
  if (status === 'elsewhere') return;
  const what = status === 'not available' ? '' : `${injected} in ${seconds.toFixed(1)} s; ${fates(tally)}`;
  console.log(`  ${name.padEnd(16)} ${status.padEnd(13)} ${what}`);
  for (const text of broken) console.log(`    ${text}`);
}
