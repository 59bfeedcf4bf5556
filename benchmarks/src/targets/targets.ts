import type { Target } from './target.js';

/** What this project means to reach, in the order in which it is reported. */
export const TARGETS: readonly Target[] = [
  { workload: 'connections', strategy: 'async', than: 'raw', atLeast: 0.9 },
  { workload: 'messages', strategy: 'async', than: 'raw', atLeast: 0.95 },
  { workload: 'datagrams', strategy: 'async', than: 'raw', atLeast: 0.8 },
  { workload: 'idle', strategy: 'async', than: 'raw', atMost: 1.5 },

  { workload: 'connections', strategy: 'threading', than: 'raw-threads', atLeast: 0.9 },
  { workload: 'connections', strategy: 'threading', than: 'cluster', atLeast: 1.5 },
  { workload: 'connections', strategy: 'threading', than: 'python-threading', atLeast: 4 },
  { workload: 'messages', strategy: 'threading', than: 'raw-threads', atLeast: 0.97 },
  { workload: 'cpu-200us', strategy: 'threading', than: 'async', atLeast: 1.8 },
  { workload: 'mix', strategy: 'threading', than: 'async' },
  { workload: 'mix', strategy: 'async' },
  { workload: 'mix', strategy: 'threading' },
  { workload: 'idle', strategy: 'threading', than: 'raw-threads', atMost: 1.5 },
  { workload: 'listen', strategy: 'threading', atMost: 250 },

  { workload: 'connections', strategy: 'forking', than: 'cluster', atLeast: 1 },
  { workload: 'connections', strategy: 'forking', than: 'python-forking', atLeast: 4 },
  { workload: 'messages', strategy: 'forking', than: 'cluster', atLeast: 0.97 },
  { workload: 'cpu-200us', strategy: 'forking', than: 'async', atLeast: 1.8 },
  { workload: 'fresh', strategy: 'forking' },
  { workload: 'fresh', strategy: 'python-forking' },
  { workload: 'fresh', strategy: 'forking', than: 'python-forking' },
  { workload: 'fresh', strategy: 'forking', figure: 'p50' },
  { workload: 'fresh', strategy: 'python-forking', figure: 'p50' },
  { workload: 'fresh', strategy: 'forking', figure: 'p99' },
  { workload: 'fresh', strategy: 'python-forking', figure: 'p99' },
  { workload: 'kills', strategy: 'forking', atMost: 0 },
  { workload: 'kills', strategy: 'cluster' },
];
