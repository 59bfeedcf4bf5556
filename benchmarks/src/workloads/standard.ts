import { connectionSweep, workerSweep } from './sweeps.js';
import type { LoadShape, Workload } from './workload.js';

const PER_REQUEST: LoadShape = {
  transport: 'tcp',
  connection: 'per request',
  work: 'light',
  connections: 32,
  processes: 2,
};
const KEPT: LoadShape = { ...PER_REQUEST, connection: 'kept', connections: 64 };
/** One process: it has little to do, and takes little of the CPU that the server is to use. */
const HEAVY: LoadShape = { ...KEPT, work: 'heavy', connections: 32, processes: 1 };
/**
 * Every connection runs more code, and more kinds of code, than a message does. On a server that has just started, what
 * is measured is how fast V8 compiles it: after 250 ms a connection takes more than twice the CPU that it does after 4 s.
 */
const WARM_UPS_OF_CONNECTIONS = 6;
/** Those that tell something of how strategies differ, where there are many workloads of a kind. */
const IN_PARALLEL = ['raw', 'async', 'raw-threads', 'threading', 'forking', 'cluster'];

/** The cost of a message, in microseconds of CPU, under which every strategy is measured; the others show a trend. */
const COMPARED_WITH_ALL = 200;

/**
 * A p99 needs some hundreds of answers: of 80, which is what 400 ms at 200 a second give, it would be the slowest one.
 * At their rates these are 1,000 and 400.
 */
const MEASURE_MS_FOR_P99 = { steady: 1_000, mix: 2_000 };

/** What is measured if nobody says otherwise. */
export const WORKLOADS: readonly Workload[] = [
  {
    name: 'connections',
    title: 'one request per connection',
    metric: 'per second',
    kind: 'load',
    load: PER_REQUEST,
    warmUps: WARM_UPS_OF_CONNECTIONS,
    quick: true,
  },
  {
    name: 'messages',
    title: 'messages on 64 open connections',
    metric: 'per second',
    kind: 'load',
    load: KEPT,
    quick: true,
  },
  {
    name: 'steady',
    title: '1,000 messages a second, whatever the server does: latency',
    metric: 'µs p99',
    kind: 'load',
    load: { ...KEPT, rate: 1_000, processes: 1 },
    measureMs: MEASURE_MS_FOR_P99.steady,
    strategies: IN_PARALLEL,
    quick: false,
  },
  ...[100, 200, 1_000].map((micros): Workload => ({
    name: `cpu-${micros}us`,
    title: `${micros.toLocaleString('en')} µs of CPU for each message`,
    metric: 'per second',
    kind: 'load',
    load: HEAVY,
    heavyMicros: micros,
    ...(micros === COMPARED_WITH_ALL ? {} : { strategies: IN_PARALLEL }),
    quick: micros === COMPARED_WITH_ALL,
  })),
  {
    name: 'wait',
    title: 'each request waits 10 ms for something else',
    metric: 'per second',
    kind: 'load',
    load: { ...PER_REQUEST, work: 'wait' },
    quick: false,
  },
  {
    name: 'mix',
    title: 'light requests beside heavy ones (20 ms of CPU, 20 a second): latency of the light ones',
    metric: 'µs p99',
    kind: 'load',
    load: { ...PER_REQUEST, connections: 256, rate: 200, processes: 1 },
    beside: { ...PER_REQUEST, work: 'heavy', connections: 32, rate: 20, processes: 1 },
    heavyMicros: 20_000,
    requestsPerWorker: 1,
    measureMs: MEASURE_MS_FOR_P99.mix,
    strategies: ['raw', 'async', 'threading', 'forking', 'cluster', 'python-threading'],
    // It takes longest of all: one loop, those with workers of this project, and one peer.
    quick: ['async', 'threading', 'forking', 'python-threading'],
  },
  {
    name: 'large',
    title: 'answers of 1 MB',
    metric: 'per second',
    kind: 'load',
    load: { ...PER_REQUEST, work: 'large', connections: 8 },
    quick: false,
  },
  {
    name: 'datagrams',
    title: 'datagrams, 32 under way',
    metric: 'per second',
    kind: 'load',
    load: { ...PER_REQUEST, transport: 'udp', connection: 'kept' },
    quick: false,
  },
  {
    name: 'unix',
    title: 'one request per connection, over a Unix socket',
    metric: 'per second',
    kind: 'load',
    load: { ...PER_REQUEST, transport: 'unix' },
    warmUps: WARM_UPS_OF_CONNECTIONS,
    strategies: IN_PARALLEL,
    quick: false,
  },
  {
    name: 'idle',
    title: 'memory of 9,000 idle connections',
    metric: 'bytes per connection',
    kind: 'idle',
    load: { ...KEPT, connection: 'idle', connections: 9_000, processes: 1 },
    strategies: IN_PARALLEL,
    quick: false,
  },
  {
    name: 'listen',
    title: 'time to listen with 2 workers',
    metric: 'ms to listen',
    kind: 'listen',
    load: PER_REQUEST,
    workers: 2,
    strategies: ['async', 'raw-threads', 'threading', 'forking', 'cluster'],
    quick: true,
  },
  {
    name: 'fresh',
    title: 'a fresh process for every request',
    metric: 'per second',
    kind: 'load',
    load: { ...PER_REQUEST, connections: 4, processes: 1 },
    maxRequestsPerWorker: 1,
    measureMs: 2_000,
    strategies: ['forking', 'python-forking'],
    quick: false,
  },
  {
    name: 'kills',
    title: 'a worker process killed every 200 ms: clients left hanging',
    metric: 'clients hung',
    kind: 'kills',
    load: { ...PER_REQUEST, connections: 64 },
    // Long enough for any replacement to start: who has no answer then has waited for nothing.
    timeoutMs: 8_000,
    measureMs: 2_000,
    strategies: ['forking', 'cluster'],
    quick: false,
  },
  ...connectionSweep(),
  ...workerSweep(),
];
