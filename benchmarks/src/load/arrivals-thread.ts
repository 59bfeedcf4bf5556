import { parentPort, workerData } from 'node:worker_threads';
import type { ArrivalsPlan } from './arrivals.js';

const { firstAt, intervalMs } = workerData as ArrivalsPlan;
const nothing = new Int32Array(new SharedArrayBuffer(4));

for (let count = 0; ; count++) {
  const leftMs = count * intervalMs - Number(process.hrtime.bigint() - firstAt) / 1e6;
  if (leftMs > 0) Atomics.wait(nothing, 0, 0, leftMs);
  parentPort?.postMessage(null);
}
