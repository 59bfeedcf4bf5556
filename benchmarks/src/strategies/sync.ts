import { type BoundAddress, TCPServer, UDPServer, UnixStreamServer } from '@socketserver/core';
import { handlerModule } from '../handlers/index.js';
import type { ServerPlan } from '../protocol.js';
import { listenAndServe } from './ours.js';
import { serve } from './serve.js';

await serve((plan) => listenAndServe(makeServer(plan), plan));

function makeServer(plan: ServerPlan): TCPServer<BoundAddress> | UDPServer | UnixStreamServer {
  const handler = handlerModule(plan);
  switch (plan.transport) {
    case 'tcp':
      return new TCPServer(plan.address, handler);
    case 'udp':
      return new UDPServer(plan.address, handler);
    case 'unix':
      return new UnixStreamServer(plan.address, handler);
  }
}
