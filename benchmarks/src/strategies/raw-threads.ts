import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { descriptorOf, needLibc } from '@socketserver/core/workers';
import type { Address, ServerPlan } from '../protocol.js';
import { collectInThreads } from './garbage.js';
import { listen } from './listening.js';
import { serve } from './serve.js';

/** Worker threads by hand, with the hand-over of this project: connections go round, and nothing comes back. */
await serve(start, { collectInWorkers: ({ workers }) => collectInThreads(workers) });

async function start(plan: ServerPlan): Promise<Address> {
  const { workers } = plan;
  const program = new URL('./raw-threads-worker.js', import.meta.url);
  const threads = Array.from({ length: workers }, () => new Worker(program, { workerData: plan }));
  await Promise.all(threads.map((thread) => once(thread, 'online')));
  let next = 0;
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    handOver(socket, threads[next]!);
    next = (next + 1) % workers;
  });
  return await listen(server, plan);
}

function handOver(socket: Socket, thread: Worker): void {
  const fd = needLibc('the comparison').dup(descriptorOf(socket));
  socket.destroy();
  thread.postMessage(fd);
}
