import type { BoundAddress } from '@socketserver/core';
import type { Address } from '../protocol.js';

/** What is needed of a server here, whatever its requests are. */
interface Server {
  readonly serverAddress: BoundAddress;
  listen(): Promise<void>;
  serveForever(): Promise<void>;
}

/** Makes a server of ours listen and serve. */
export async function listenAndServe(server: Server): Promise<Address> {
  await server.listen();
  void server.serveForever();
  const { serverAddress } = server;
  return 'path' in serverAddress ? serverAddress : { host: serverAddress.host, port: serverAddress.port };
}
