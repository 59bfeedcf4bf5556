import { ForkingTCPServer, ForkingUDPServer, ForkingUnixStreamServer } from '@socketserver/forking';
import { handlerModule } from '../handlers/index.js';
import type { ServerPlan } from '../protocol.js';
import { listenAndServe } from './ours.js';
import { serve } from './serve.js';

await serve((plan) => {
  const server = makeServer(plan);
  server.maxChildren = plan.workers;
  server.requestsPerChild = plan.requestsPerWorker ?? server.requestsPerChild;
  server.maxRequestsPerChild = plan.maxRequestsPerWorker ?? server.maxRequestsPerChild;
  // A child that is killed with requests begun is reported on stderr: the load counts them better.
  server.handleError = () => {};
  return listenAndServe(server, plan);
});

function makeServer(plan: ServerPlan): ForkingTCPServer | ForkingUDPServer | ForkingUnixStreamServer {
  const handler = handlerModule(plan);
  switch (plan.transport) {
    case 'tcp':
      return new ForkingTCPServer(plan.address, handler);
    case 'udp':
      return new ForkingUDPServer(plan.address, handler);
    case 'unix':
      return new ForkingUnixStreamServer(plan.address, handler);
  }
}
