import { BadOption } from './bad-option.js';
import { compareResults, differencesOf, hasAnyOf, type Comparison } from './compare/index.js';
import { chooseContests, type Choice } from './contests.js';
import { measureBusyness } from './measure/busyness.js';
import { describeMachine, type Machine } from './measure/machine.js';
import { plannedMs } from './measure/planned.js';
import { runRounds, type Contest, type RoundTrial, type Skip } from './measure/rounds.js';
import type { TrialOptions } from './measure/trial.js';
import type { Options } from './options.js';
import type { Result, SubjectFacts } from './report/result-file.js';
import { Progress } from './report/progress.js';
import { summarize } from './report/summary.js';
import { BASELINE, STRATEGIES } from './strategies/index.js';
import { probeSubject, type Probed } from './subject/index.js';
import { checkTargets, TARGETS } from './targets/index.js';

/** An answer that takes longer counts as timed out, in milliseconds. */
const TIMEOUT_MS = 5_000;

/** The shape of a result, without what the command line adds. */
type Measured = Omit<Result, 'argv' | 'comparison'>;

/**
 * Measures what the options ask for.
 * @param signal - ends it early: the result has what was measured until then
 * @throws {BadOption}
 */
export async function run(options: Options, signal: AbortSignal): Promise<Measured> {
  const startedAt = new Date().toISOString();
  const facts = describeMachine(options.node);
  const { subject: asked, node, quick } = options;
  const subject = asked === undefined ? undefined : await probeSubject(asked, { node, signal });
  const choice = chooseContests(options, subject);
  checkComparable(options, choice);
  // Last of all: what was started until here has ended.
  const machine = { ...facts, busyShare: await measureBusyness() };
  const { trials, skipped } = await measure(
    choice,
    options,
    trialOptions({ options, machine, subject, signal }),
  );

  const names = new Set(trials.map(({ strategy }) => strategy));
  const strategies = STRATEGIES.filter(({ name }) => names.has(name));
  const baseline = names.has(BASELINE) ? BASELINE : (strategies[0]?.name ?? BASELINE);
  const { rounds, warmUpMs, measureMs, workers } = options;
  const ran = choice.contests
    .map(({ workload }) => workload)
    .filter(({ name }) => trials.some(({ workload }) => workload === name));
  const wanted = TARGETS.filter(({ workload }) => ran.some(({ name }) => name === workload));
  return {
    format: 1,
    startedAt,
    finishedAt: new Date().toISOString(),
    isInterrupted: signal.aborted,
    machine,
    method: { rounds, warmUpMs, measureMs, workers, quick },
    baseline,
    workloads: ran,
    strategies: strategies.map(({ name, title, isOurs, runtime }) => ({ name, title, isOurs, runtime })),
    skipped,
    summaries: summarize(trials, baseline),
    trials,
    targets: subject === undefined ? checkTargets(wanted, trials) : [],
    ...(subject && { subject: factsOf(subject) }),
  };
}

/** Before anything is measured. @throws {BadOption} */
function checkComparable({ compareWith }: Options, { contests }: Choice): void {
  if (compareWith === undefined || hasAnyOf(compareWith.result, contests)) return;
  throw new BadOption(
    `Expected \`--compare\` to name a result with some of what is to be measured, under the same load, got none of it in ${compareWith.file}`,
  );
}

/** Beside the earlier result that the options name. */
export function compared(result: Measured, { compareWith }: Options): Comparison | undefined {
  if (compareWith === undefined) return undefined;
  const { file, result: before } = compareWith;
  return {
    file,
    startedAt: before.startedAt,
    differences: differencesOf(before, result),
    changes: compareResults(before, result),
  };
}

interface Given {
  readonly options: Options;
  readonly machine: Machine;
  readonly subject: Probed | undefined;
  readonly signal: AbortSignal;
}

function trialOptions({ options, machine, subject, signal }: Given): TrialOptions {
  const { warmUpMs, measureMs, workers, node, cpuProf } = options;
  const { hashBytesPerMicro } = machine;
  return {
    warmUpMs,
    measureMs,
    timeoutMs: TIMEOUT_MS,
    workers,
    node,
    hashBytesPerMicro,
    profileTo: cpuProf,
    subject,
    signal,
  };
}

async function measure(
  { contests, skipped: unable }: Choice,
  { rounds }: Options,
  trial: TrialOptions,
): Promise<{ trials: RoundTrial[]; skipped: Skip[] }> {
  const trials: RoundTrial[] = [];
  const skipped = [...unable];
  const each = ({ workload }: Contest): number => plannedMs(workload, trial);
  const all = contests.map((contest) => rounds * contest.strategies.length * each(contest));
  using progress = new Progress(all.reduce((sum, ms) => sum + ms, 0));
  try {
    for await (const step of runRounds({ contests, rounds, trial })) {
      const ms = each(step.contest);
      switch (step.kind) {
        case 'begin':
          progress.begin(`${step.strategy.name}: ${step.contest.workload.title}`);
          break;
        case 'trial':
          trials.push(step.trial);
          progress.end(ms);
          break;
        case 'skip':
          skipped.push(step.skip);
          progress.drop(ms * (rounds - step.round));
      }
    }
  } catch (error) {
    if (trial.signal?.aborted !== true) throw error;
  }
  return { trials, skipped };
}

function factsOf({ handler, request }: Probed): SubjectFacts {
  const bytes = (base64: string): number => Buffer.from(base64, 'base64').length;
  if (!('bytes' in request)) return { handler, requestBytes: 0, answerBytes: null };
  return {
    handler,
    requestBytes: bytes(request.bytes),
    answerBytes: request.answer === null ? null : bytes(request.answer),
  };
}
