import { fileURLToPath } from 'node:url';
import type { HandlerStyle } from '../protocol.js';
import type { Strategy } from './strategy.js';

export { type Strategy } from './strategy.js';
export { pythonVersion, whyNot } from './why-not.js';

/** What the others are measured against, if it is among those that run. */
export const BASELINE = 'raw';

export const STRATEGIES: readonly Strategy[] = [
  peer('raw', 'node:net and node:dgram by hand'),
  ours('sync', 'one request at a time: TCPServer and its kin'),
  ours('async', 'Async…Server, a handler that uses events'),
  ours('async-files', 'Async…Server, a handler that uses rfile and wfile', {
    module: 'async',
    style: 'files',
  }),
  peer('raw-threads', 'worker threads by hand that get the same hand-over'),
  ours('threading', 'Threading…Server, a handler that uses events'),
  ours('forking', 'Forking…Server, a handler that uses events'),
  peer('cluster', 'node:cluster'),
  python('threading'),
  python('forking'),
];

function ours(
  name: string,
  title: string,
  { module = name, style = 'events' }: { module?: string; style?: HandlerStyle } = {},
): Strategy {
  return { name, title, isOurs: true, style, runtime: 'node', args: [programOf(module)] };
}

function peer(name: string, title: string): Strategy {
  return { name, title, isOurs: false, style: 'events', runtime: 'node', args: [programOf(name)] };
}

function python(mixin: 'threading' | 'forking'): Strategy {
  const program = fileURLToPath(new URL('../../python/server.py', import.meta.url));
  return {
    name: `python-${mixin}`,
    title: `CPython's socketserver, ${mixin}`,
    isOurs: false,
    style: 'events',
    runtime: 'python3',
    args: [program, mixin],
  };
}

function programOf(module: string): string {
  return fileURLToPath(new URL(`./${module}.js`, import.meta.url));
}
