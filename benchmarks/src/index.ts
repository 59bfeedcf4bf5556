import { BadOption } from './bad-option.js';
import { readOptions } from './options.js';
import { makeFolder, writeResult, type Result } from './report/result-file.js';
import { writeChoosing } from './report/docs/write-choosing.js';
import { renderComparison, renderInShort, renderSkips, renderTables, renderTargets } from './report/table.js';
import { writeReport } from './report/write-report.js';
import { compared, run } from './run.js';

/** What a shell takes for a program that Ctrl-C has ended: 128 + SIGINT. */
const INTERRUPTED = 130;

const interruption = new AbortController();
// The second one ends this process at once; the processes that it has started notice.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interruption.abort());

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof BadOption)) throw error;
  console.error(`error: ${error.message.replaceAll(/\s*\n\s*/g, ' ')}`);
  process.exitCode = 1;
}

async function main(argv: readonly string[]): Promise<void> {
  const options = readOptions(argv);
  if (options.docs !== undefined) {
    console.log(`Written to ${writeChoosing(options.docs)}`);
    return;
  }
  makeFolder(options.out);
  const measured = await run(options, interruption.signal);
  const comparison = compared(measured, options);
  const result: Result = { ...measured, argv, ...(comparison && { comparison }) };
  const { machine, skipped } = result;
  console.log(
    `Node ${machine.node} (load: ${machine.loadNode}), ${machine.cpus} × ${machine.cpuModel}, ${machine.system}`,
  );
  if (result.isInterrupted) console.log('Ended early: not every round was measured.');
  console.log(renderTables(result));
  if (skipped.length > 0) console.log(renderSkips(skipped));
  if (options.targets) console.log(renderTargets(result));
  if (comparison !== undefined) console.log(renderComparison(comparison, result.workloads));
  console.log(renderInShort(result));
  const file = writeResult(result, options.out);
  console.log(`\nWritten to ${file}\nThe report: ${await writeReport(result, file)}`);
  if (result.isInterrupted) process.exitCode = INTERRUPTED;
}
