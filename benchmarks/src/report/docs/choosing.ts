import { wordsOf } from '../metrics.js';
import { figure, plainNumber, spreadFigure } from '../figures.js';
import type { Contest } from '../reading/contest.js';
import { read, type Reading } from '../reading/reading.js';
import type { Sweep } from '../reading/sweep.js';
import type { Result } from '../result-file.js';
import { answerOf } from '../words/answer.js';
import {
  breakEvenWords,
  connectionsWords,
  scalingSentences,
  WHAT_MODELS_LACK,
} from '../words/extrapolation.js';
import { cautions, machineLine, methodLine } from '../words/machine.js';
import { noiseWords } from '../words/noise.js';
import { capitalized } from '../words/phrases.js';
import { connectionsAnswer, workersAnswer } from '../words/sweep-answer.js';
import { costOfWorkTable, memoryTable, moreCpusTable, type TextTable } from '../words/tables.js';
import { markdownList, markdownTable } from './markdown.js';

/** `docs/choosing.md`: every statement of it about speed follows from the figures of the result. */
export function renderChoosing(result: Result): string {
  const reading = read(result);
  const parts = [
    '# Which strategy?',
    NATURE,
    '## What was measured',
    `${machineLine(result)}; ${methodLine(result)}.`,
    ...cautions(result),
    answers(reading),
    ...sweeps(reading),
    ...figures(reading),
    ...beyond(reading),
    method(result),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** What follows from how they are made, and from no figure. */
const NATURE = `Every strategy runs the same handler, so you can change the choice in one line.

| server | where a request runs | what one request can do to the others |
|---|---|---|
| \`TCPServer\` and the others without a mixin (\`sync\`) | in the event loop, one after the other | makes them wait until it has ended |
| \`Async…\` (\`async\`) | in the event loop, all at once | makes them wait while it computes |
| \`Threading…\` (\`threading\`) | in one of some worker threads | makes those of its thread wait while it computes |
| \`Forking…\` (\`forking\`) | in one of some child processes | as with threads; if it crashes its process, the server goes on |

\`async-files\` is \`async\` with a handler that uses \`rfile\` and \`wfile\`; all others use the socket's events. The
others are peers that do the same work without this project: \`raw\` is \`node:net\` or \`node:dgram\` by hand,
\`raw-threads\` worker threads by hand, \`cluster\` is \`node:cluster\`, and \`python-…\` is CPython's \`socketserver\`.

This page is written by \`npm run bench -- --docs\` from the newest result of \`npm run bench\` (or from a given one:
\`--docs result.json\`). Run both to have it for your own machine.`;

function method(result: Result): string {
  return `## How to read the figures

The figures are medians over the rounds; in parentheses, the quartiles. ${noiseWords(result)} The load ran on the same
CPUs as the servers. See [performance.md](performance.md) for how it is measured.`;
}

function answers({ contests }: Reading): string {
  const told = contests
    .filter(({ workload }) => workload.sweep === undefined)
    .map((contest) => `**${capitalized(contest.workload.title)}.** ${answerOf(contest).sentences.join(' ')}`);
  return markdownList(told);
}

function sweeps({ connections, workers, result }: Reading): string[] {
  const parts = [];
  if (connections !== undefined) {
    parts.push('## More connections', markdownList(connectionsAnswer(connections)));
  }
  if (workers !== undefined) {
    parts.push('## More workers', markdownList(workersAnswer(workers, result.machine.cpus)));
  }
  return parts;
}

function figures({ contests, connections, workers, result }: Reading): string[] {
  const single = contests.filter(({ workload }) => workload.sweep === undefined);
  return [
    '## Figures',
    ...single.map((contest) => markdownTable(withoutEmptyColumns(contestTable(contest, result.baseline)))),
    ...[connections, workers].flatMap((sweep) =>
      sweep === undefined ? [] : markdownTable(sweepTable(sweep)),
    ),
  ];
}

function contestTable({ workload, entries }: Contest, baseline: string): TextTable {
  const { unit, axis } = wordsOf(workload.metric);
  const isLatency = workload.metric === 'µs p99';
  return {
    caption: capitalized(workload.title),
    head: [
      'strategy',
      axis,
      `to \`${baseline}\``,
      'CPU for each answer',
      '99 of 100 answers within',
      'errors',
    ],
    rows: entries.map(({ strategy, value, summary }) => {
      const { ratio, cpuMicrosPerAnswer, p99, errors } = summary;
      return [
        `\`${strategy.name}\``,
        spreadFigure(value, unit),
        ratio === null ? '' : spreadFigure(ratio, 'times'),
        cpuMicrosPerAnswer === null ? '' : figure(cpuMicrosPerAnswer.median, 'µs'),
        p99 === null || isLatency ? '' : figure(p99.median, 'µs'),
        errors === 0 ? '' : figure(errors, 'count'),
      ];
    }),
  };
}

function sweepTable({ of, contests, curves }: Sweep): TextTable {
  const [first] = contests;
  const { unit, axis } = wordsOf(first!.workload.metric);
  const micros = first?.workload.heavyMicros;
  const work = micros === undefined ? '' : `, ${plainNumber(micros)} µs of CPU for each`;
  const points = contests.map(({ workload }) => workload.sweep?.at ?? NaN);
  return {
    caption: `${capitalized(axis)} with more ${of}${work}`,
    head: ['strategy', ...points.map((at) => `${plainNumber(at)} ${of}`)],
    rows: curves.map(({ strategy, points: own }) => [
      `\`${strategy.name}\``,
      ...points.map((at) => {
        const point = own.find((one) => one.at === at);
        return point === undefined ? '' : spreadFigure(point.entry.value, unit);
      }),
    ]),
  };
}

/** Nothing was measured for them, or nothing went wrong. */
function withoutEmptyColumns({ caption, head, rows }: TextTable): TextTable {
  const isKept = (_: string, column: number): boolean => rows.some((row) => row[column] !== '');
  return { caption, head: head.filter(isKept), rows: rows.map((row) => row.filter(isKept)) };
}

function beyond(reading: Reading): string[] {
  const { work, breakEvens, connections } = reading.models;
  const parts = [
    ...part('### More CPUs', scalingSentences(reading.models), moreCpusTable(reading)),
    ...part(
      '### More CPU time for each request',
      breakEvens.map((one) => breakEvenWords(one, work)),
      costOfWorkTable(reading.models),
    ),
    ...part('### More open connections', connections.map(connectionsWords), memoryTable(reading.models)),
  ];
  if (parts.length === 0) return [];
  return ['## Beyond this machine', `**Extrapolated, not measured.** ${WHAT_MODELS_LACK}`, ...parts];
}

function part(title: string, sentences: readonly string[], table: TextTable | undefined): string[] {
  if (sentences.length === 0 && table === undefined) return [];
  return [
    title,
    ...(sentences.length === 0 ? [] : [markdownList(sentences)]),
    ...(table === undefined ? [] : [markdownTable(table)]),
  ];
}
