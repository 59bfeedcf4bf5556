import type { LoadPlan } from '../protocol.js';

/** What is asked of every strategy. */
export interface Workload {
  readonly name: string;
  /** In words, for the report. */
  readonly title: string;
  /** What is compared. */
  readonly metric: 'per second' | 'bytes per connection';
  readonly transport: LoadPlan['transport'];
  readonly connection: LoadPlan['connection'];
  /** Over all load processes. */
  readonly connections: number;
  /** Processes that make the load: more than one, so that the server is what runs short of a CPU. */
  readonly loadProcesses: number;
  /** Which strategies; all if it does not say. */
  readonly strategies?: readonly string[];
}

export const WORKLOADS: readonly Workload[] = [
  {
    name: 'connections',
    title: 'one request per connection',
    metric: 'per second',
    transport: 'tcp',
    connection: 'per request',
    connections: 32,
    loadProcesses: 2,
  },
  {
    name: 'messages',
    title: 'messages on 64 open connections',
    metric: 'per second',
    transport: 'tcp',
    connection: 'kept',
    connections: 64,
    loadProcesses: 2,
  },
  {
    name: 'datagrams',
    title: 'datagrams, 32 under way',
    metric: 'per second',
    transport: 'udp',
    connection: 'kept',
    connections: 32,
    loadProcesses: 2,
    strategies: ['raw', 'async', 'async-files', 'threading'],
  },
  {
    name: 'idle',
    title: 'memory of 9,000 idle connections',
    metric: 'bytes per connection',
    transport: 'tcp',
    connection: 'idle',
    connections: 9_000,
    loadProcesses: 1,
  },
];
