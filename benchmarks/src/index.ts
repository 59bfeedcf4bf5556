import { describeMachine } from './measure/machine.js';
import { runRounds, trialCount, type RoundTrial } from './measure/rounds.js';
import { readOptions } from './options.js';
import { Progress } from './report/progress.js';
import { writeResult } from './report/result-file.js';
import { summarize } from './report/summary.js';
import { renderTables } from './report/table.js';
import { BASELINE } from './strategies/index.js';

const options = readOptions(process.argv.slice(2));
const startedAt = new Date().toISOString();
const machine = describeMachine(options.trial.node);
const progress = new Progress(trialCount(options));
const trials: RoundTrial[] = [];

for await (const trial of runRounds(options)) {
  trials.push(trial);
  progress.step(`${trial.workload}: ${trial.strategy}`);
}
progress.end();

const summaries = summarize(trials, BASELINE);
console.log(
  `Node ${machine.node} (load: ${machine.loadNode}), ${machine.cpus} × ${machine.cpuModel}, ${machine.system}`,
);
console.log(renderTables(summaries, options.workloads));
console.log(`\nWritten to ${writeResult({ format: 1, startedAt, machine, summaries, trials }, options.out)}`);
