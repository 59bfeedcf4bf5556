import { AsyncTCPServer, AsyncUDPServer } from '@socketserver/core';
import { handlerModule } from '../handlers/index.js';
import { listenAndServe } from './ours.js';
import { serve } from './serve.js';

await serve(({ transport, style }) => {
  const Server = transport === 'udp' ? AsyncUDPServer : AsyncTCPServer;
  return listenAndServe(new Server({ host: '127.0.0.1', port: 0 }, handlerModule(transport, style)));
});
