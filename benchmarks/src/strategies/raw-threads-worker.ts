import { Socket } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { serveRaw } from '../handlers/upper.js';
import type { ServerPlan } from '../protocol.js';
import { collectWhenAsked } from './garbage.js';

const { sizes } = workerData as ServerPlan;

parentPort?.on('message', (fd: number) => serveRaw(new Socket({ fd, allowHalfOpen: true }), sizes));
collectWhenAsked();
