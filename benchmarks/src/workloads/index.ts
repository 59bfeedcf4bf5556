export { connectionSweep, workerSweep } from './sweeps.js';
export { WORKLOADS } from './standard.js';
export { moreIsBetter, type LoadShape, type Metric, type Workload } from './workload.js';
