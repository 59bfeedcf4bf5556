import { AsyncTCPServer, AsyncUDPServer, AsyncUnixStreamServer } from '@socketserver/core';
import { handlerModule } from '../handlers/index.js';
import type { ServerPlan } from '../protocol.js';
import { listenAndServe } from './ours.js';
import { serve } from './serve.js';

await serve((plan) => listenAndServe(makeServer(plan), plan));

function makeServer(plan: ServerPlan): AsyncTCPServer | AsyncUDPServer | AsyncUnixStreamServer {
  const handler = handlerModule(plan);
  switch (plan.transport) {
    case 'tcp':
      return new AsyncTCPServer(plan.address, handler);
    case 'udp':
      return new AsyncUDPServer(plan.address, handler);
    case 'unix':
      return new AsyncUnixStreamServer(plan.address, handler);
  }
}
