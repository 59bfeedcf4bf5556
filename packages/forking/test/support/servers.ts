import { ForkingTCPServer, ForkingUnixStreamServer } from '@socketserver/forking';
import { fileURLToPath } from 'node:url';
import { recording, Served, type Composition, type RecordingServer } from '@socketserver/testing';

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
    | 'maxWorkerMemory'
    | 'requestsPerChild'
    | 'standbyChildren'
    | 'stuckTimeout'
  >
>;

/** ForkingTCPServer comes first: of methods that both have, its own is the more exact. */
export type Server = ForkingTCPServer & RecordingServer;

type ServedForking = Omit<Served, 'server'> & AsyncDisposable & { readonly server: Server };

const COMPOSITION: Composition = {
  name: 'ForkingTCPServer',
  Server: ForkingTCPServer,
  kind: 'tcp',
  concurrent: true,
  runsIn: 'child',
};

/** A server of the fixture's handler that records what its hooks get. */
export function make(fields: Fields = {}, handler = COMMANDS): Server {
  const server = new (recording(COMPOSITION))({ host: '127.0.0.1', port: 0 }, handler) as Server;
  return Object.assign(server, { maxChildren: 1 }, fields);
}

/** The same, serving until it is disposed of. */
export async function serve(fields: Fields = {}, handler = COMMANDS): Promise<ServedForking> {
  return served(make(fields, handler));
}

/** A server at an abstract Unix address. */
export function makeUnix(fields: Fields = {}, handler = COMMANDS): Server {
  const path = `\0forking-${process.pid}-${nextPath++}`;
  const server = new (recording({ ...COMPOSITION, kind: 'unix-stream', Server: ForkingUnixStreamServer }))(
    { path },
    handler,
  ) as unknown as Server;
  return Object.assign(server, { maxChildren: 1, mode: 0o666 }, fields);
}

let nextPath = 0;

/** The server, serving until it is disposed of. */
export async function served(server: Server): Promise<ServedForking> {
  await server.listen();
  return new Served(server, COMPOSITION) as unknown as ServedForking;
}

/** Makes koffi a package that is not installed, in a child. */
export const WITHOUT_KOFFI = ['--require', fileURLToPath(fixture('without-koffi.cjs'))];

/** The codes of the errors that the server has reported. */
export function codes(server: Server): unknown[] {
  return server.errors.entries.map(({ error }) => (error as { code?: unknown }).code);
}
