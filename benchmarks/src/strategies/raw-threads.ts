import { once } from 'node:events';
import { createServer, Socket } from 'node:net';
import { MessageChannel, Worker, type TransferListItem } from 'node:worker_threads';
import { descriptorOf, needLibc } from '@socketserver/core/engine';
import type { Address, ServerPlan } from '../protocol.js';
import { collectInThreads } from './garbage.js';
import { listen } from './listening.js';
import { serve } from './serve.js';

/** Worker threads by hand: connections go round, each in a message of its own, and nothing comes back. */
await serve(start, { collectInWorkers: ({ workers }) => collectInThreads(workers) });

async function start(plan: ServerPlan): Promise<Address> {
  const { workers } = plan;
  const program = new URL('./raw-threads-worker.js', import.meta.url);
  const threads = Array.from({ length: workers }, () => new Worker(program, { workerData: plan }));
  await Promise.all(threads.map((thread) => once(thread, 'online')));
  // A Unix stream cannot be transferred.
  const handOver = plan.transport === 'tcp' && canTransfer() ? transfer : duplicate;
  let next = 0;
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    handOver(socket, threads[next]!);
    next = (next + 1) % workers;
  });
  return await listen(server, plan);
}

function transfer(socket: Socket, thread: Worker): void {
  thread.postMessage(socket, [socket as unknown as TransferListItem]);
}

function duplicate(socket: Socket, thread: Worker): void {
  const fd = needLibc('the comparison').dup(descriptorOf(socket));
  socket.destroy();
  thread.postMessage(fd);
}

/** A Node that can transfer sockets says of one without a connection that it is in no state for it. */
function canTransfer(): boolean {
  const { port1 } = new MessageChannel();
  try {
    const socket = new Socket();
    port1.postMessage(socket, [socket as unknown as TransferListItem]);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ERR_WORKER_HANDLE_NOT_TRANSFERABLE';
  } finally {
    port1.close();
  }
}
