import { fileURLToPath } from 'node:url';
import type { LoadCommand, LoadMessage, LoadPlan, LoadResult } from '../protocol.js';
import { Latencies } from '../load/latencies.js';
import { Child } from './child.js';

const PROGRAM = fileURLToPath(new URL('../load/main.js', import.meta.url));

/** Several processes that make one load. They run under the Node of this process, whatever the server's is. */
export class LoadProcesses implements AsyncDisposable {
  readonly #children: Child<LoadMessage>[];

  /** @param plan - its connections, and its rate, are divided among the processes */
  constructor(plan: LoadPlan, processes: number, signal?: AbortSignal) {
    this.#children = Array.from({ length: processes }, (_, index) => {
      const connections = Math.floor((plan.connections + index) / processes);
      const rate = plan.rate === undefined ? {} : { rate: plan.rate / processes };
      const child = new Child<LoadMessage>(
        'the load',
        { program: process.execPath, args: [PROGRAM] },
        signal,
      );
      child.say(
        JSON.stringify({ command: 'start', plan: { ...plan, connections, ...rate } } satisfies LoadCommand),
      );
      return child;
    });
  }

  /** Resolves when every connection is open and the load is running. */
  async running(): Promise<void> {
    await Promise.all(this.#children.map((child) => child.hear('running')));
  }

  /** Counts what is answered for this long. */
  async measure(ms: number): Promise<LoadResult> {
    for (const child of this.#children) {
      child.say(JSON.stringify({ command: 'measure', ms } satisfies LoadCommand));
    }
    return merge(await Promise.all(this.#children.map((child) => child.hear('measured'))));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#children.map((child) => child[Symbol.asyncDispose]()));
  }
}

function merge(results: readonly LoadResult[]): LoadResult {
  const latencies = new Latencies();
  const failed: Record<string, number> = {};
  for (const result of results) {
    latencies.merge(result.latencies);
    for (const [code, count] of Object.entries(result.failed)) failed[code] = (failed[code] ?? 0) + count;
  }
  const sum = (figure: (result: LoadResult) => number): number =>
    results.reduce((total, result) => total + figure(result), 0);
  return {
    answered: sum(({ answered }) => answered),
    wrong: sum(({ wrong }) => wrong),
    timedOut: sum(({ timedOut }) => timedOut),
    failed,
    elapsedMs: sum(({ elapsedMs }) => elapsedMs) / results.length,
    cpuMs: sum(({ cpuMs }) => cpuMs),
    latencies: latencies.toJSON(),
  };
}
