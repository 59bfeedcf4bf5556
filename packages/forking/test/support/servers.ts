import { ForkingTCPServer } from '@socketserver/forking';
import { recording, Served, type RecordingServer } from '@socketserver/testing';

/** The URL of `test/fixtures/NAME`. */
export function fixture(name: string): URL {
  return new URL(`../fixtures/${name}`, import.meta.url);
}

export const COMMANDS = fixture('commands.mjs');

type Fields = Partial<
  Pick<
    ForkingTCPServer,
    | 'acknowledgeTimeout'
    | 'blockOnClose'
    | 'context'
    | 'env'
    | 'execArgv'
    | 'killGrace'
    | 'maxChildren'
    | 'maxRequestsJitter'
    | 'maxRequestsPerChild'
    | 'requestsPerChild'
    | 'standbyChildren'
  >
>;

/** ForkingTCPServer comes first: of methods that both have, its own is the more exact. */
export type Server = ForkingTCPServer & RecordingServer;

type ServedForking = Omit<Served, 'server'> & AsyncDisposable & { readonly server: Server };

/** A server of the fixture's handler that records what its hooks get. */
export function make(fields: Fields = {}, handler = COMMANDS): Server {
  const server = new (recording(ForkingTCPServer))({ host: '127.0.0.1', port: 0 }, handler) as Server;
  return Object.assign(server, { maxChildren: 1 }, fields);
}

/** The same, serving until it is disposed of. */
export async function serve(fields: Fields = {}, handler = COMMANDS): Promise<ServedForking> {
  const server = make(fields, handler);
  await server.listen();
  return new Served(server) as ServedForking;
}

/** The codes of the errors that the server has reported. */
export function codes(server: Server): unknown[] {
  return server.errors.entries.map(({ error }) => (error as { code?: unknown }).code);
}
