import { ThreadingTCPServer, ThreadingUDPServer, ThreadingUnixStreamServer } from '@socketserver/threading';
import { handlerModule } from '../handlers/index.js';
import type { ServerPlan } from '../protocol.js';
import { collectInThreads } from './garbage.js';
import { listenAndServe } from './ours.js';
import { serve } from './serve.js';

await serve(
  (plan) => {
    const server = makeServer(plan);
    server.maxThreads = plan.workers;
    server.requestsPerThread = plan.requestsPerWorker ?? server.requestsPerThread;
    return listenAndServe(server, plan);
  },
  { collectInWorkers: ({ workers }) => collectInThreads(workers) },
);

function makeServer(plan: ServerPlan): ThreadingTCPServer | ThreadingUDPServer | ThreadingUnixStreamServer {
  const handler = handlerModule(plan);
  switch (plan.transport) {
    case 'tcp':
      return new ThreadingTCPServer(plan.address, handler);
    case 'udp':
      return new ThreadingUDPServer(plan.address, handler);
    case 'unix':
      return new ThreadingUnixStreamServer(plan.address, handler);
  }
}
