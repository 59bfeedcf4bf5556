import { fileURLToPath } from 'node:url';
import type { HandlerStyle } from '../protocol.js';

/** A way to serve, as a program of its own. */
export interface Strategy {
  readonly name: string;
  /** In words, for the report. */
  readonly title: string;
  readonly style: HandlerStyle;
  /** The program, a module of Node: see `serve`. */
  readonly program: string;
}

/** What the others are measured against. */
export const BASELINE = 'raw';

export const STRATEGIES: readonly Strategy[] = [
  node('raw', 'node:net and node:dgram by hand', { module: './raw.js', style: 'events' }),
  node('async', 'Async…Server, a handler that uses events', { module: './async.js', style: 'events' }),
  node('async-files', 'Async…Server, a handler that uses rfile and wfile', {
    module: './async.js',
    style: 'files',
  }),
  node('raw-threads', 'worker threads by hand that get the same hand-over (no datagrams)', {
    module: './raw-threads.js',
    style: 'events',
  }),
  node('threading', 'Threading…Server, a handler that uses events', {
    module: './threading.js',
    style: 'events',
  }),
  node('cluster', 'node:cluster (no datagrams)', { module: './cluster.js', style: 'events' }),
];

function node(name: string, title: string, run: { module: string; style: HandlerStyle }): Strategy {
  const program = fileURLToPath(new URL(run.module, import.meta.url));
  return { name, title, style: run.style, program };
}
