import { Socket } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { serveRaw } from '../handlers/upper.js';
import type { ServerPlan } from '../protocol.js';
import { collectWhenAsked } from './garbage.js';

const { sizes } = workerData as ServerPlan;

parentPort?.on('message', (sent: number | Socket) => {
  serveRaw(typeof sent === 'number' ? new Socket({ fd: sent, allowHalfOpen: true }) : sent, sizes);
});
collectWhenAsked();
