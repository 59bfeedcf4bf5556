import { chooseContests } from './contests.js';
import { calibrateHash } from './measure/calibrate.js';
import { describeMachine } from './measure/machine.js';
import { runRounds, type RoundTrial, type Skip } from './measure/rounds.js';
import { readOptions } from './options.js';
import { Progress } from './report/progress.js';
import { writeResult, type Result } from './report/result-file.js';
import { summarize } from './report/summary.js';
import { renderSkips, renderTables, renderTargets } from './report/table.js';
import { BASELINE, STRATEGIES } from './strategies/index.js';
import { checkTargets, TARGETS } from './targets/index.js';

const TIMEOUT_MS = 5_000;

const argv = process.argv.slice(2);
const options = readOptions(argv);
const startedAt = new Date().toISOString();
const machine = describeMachine(options.node);
const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interruption.abort());

const { contests, skipped: unable } = chooseContests(options);
const { rounds, warmUpMs, measureMs, workers, node } = options;
const progress = new Progress(rounds * contests.reduce((sum, { strategies }) => sum + strategies.length, 0));
const trials: RoundTrial[] = [];
const skipped: Skip[] = [...unable];

try {
  for await (const step of runRounds({
    contests,
    rounds,
    trial: {
      warmUpMs,
      measureMs,
      timeoutMs: TIMEOUT_MS,
      workers,
      node,
      hashBytesPerMicro: calibrateHash(node),
      profileTo: options.cpuProf,
      signal: interruption.signal,
    },
  })) {
    if (step.kind === 'skip') skipped.push(step.skip);
    else trials.push(step.trial);
    const { workload, strategy } = step.kind === 'skip' ? step.skip : step.trial;
    progress.step(`${workload}: ${strategy}`);
  }
} catch (error) {
  if (!interruption.signal.aborted) throw error;
}
progress.end();

const names = new Set(trials.map(({ strategy }) => strategy));
const strategies = STRATEGIES.filter(({ name }) => names.has(name));
const baseline = names.has(BASELINE) ? BASELINE : (strategies[0]?.name ?? BASELINE);
const ran = contests
  .map(({ workload }) => workload)
  .filter(({ name }) => trials.some(({ workload }) => workload === name));
const wanted = TARGETS.filter(({ workload }) => ran.some(({ name }) => name === workload));
const result: Result = {
  format: 1,
  startedAt,
  finishedAt: new Date().toISOString(),
  isInterrupted: interruption.signal.aborted,
  argv,
  machine,
  method: { rounds, warmUpMs, measureMs, workers },
  baseline,
  workloads: ran,
  strategies: strategies.map(({ name, title, isOurs, runtime }) => ({ name, title, isOurs, runtime })),
  skipped,
  summaries: summarize(trials, baseline),
  trials,
  targets: checkTargets(wanted, trials),
};
console.log(
  `Node ${machine.node} (load: ${machine.loadNode}), ${machine.cpus} × ${machine.cpuModel}, ${machine.system}`,
);
console.log(renderTables(result));
console.log(renderSkips(skipped));
if (options.targets) console.log(renderTargets(result));
console.log(`\nWritten to ${writeResult(result, options.out)}`);
if (result.isInterrupted) process.exitCode = 130;
