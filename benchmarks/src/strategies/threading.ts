import { ThreadingTCPServer, ThreadingUDPServer } from '@socketserver/threading';
import { handlerModule } from '../handlers/index.js';
import { listenAndServe } from './ours.js';
import { serve } from './serve.js';

await serve(({ transport, style, workers }) => {
  const Server = transport === 'udp' ? ThreadingUDPServer : ThreadingTCPServer;
  const server = new Server({ host: '127.0.0.1', port: 0 }, handlerModule(transport, style));
  server.maxThreads = workers;
  return listenAndServe(server);
});
