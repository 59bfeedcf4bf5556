import type { BoundAddress } from '@socketserver/core';
import type { Address, ServerPlan } from '../protocol.js';

/** What is needed of a server here, whatever its requests are. */
interface Server {
  context: unknown;
  readonly serverAddress: BoundAddress;
  listen(): Promise<void>;
  serveForever(): Promise<void>;
}

/** Makes a server of ours listen and serve. */
export async function listenAndServe(server: Server, { sizes }: ServerPlan): Promise<Address> {
  server.context = sizes;
  await server.listen();
  void server.serveForever();
  const { serverAddress } = server;
  return 'path' in serverAddress ? serverAddress : { host: serverAddress.host, port: serverAddress.port };
}
