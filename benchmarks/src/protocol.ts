/** Where a server listens. */
export type Address = { host: string; port: number } | { path: string };

/** What is spoken to the server: a stream of lines, or datagrams of one line each. */
export type Transport = 'tcp' | 'udp';

/** How a handler talks to its client: by the events of the socket, or through `rfile` and `wfile`. */
export type HandlerStyle = 'events' | 'files';

/** What a server process is told to be; its first argument, as JSON. */
export interface ServerPlan {
  readonly transport: Transport;
  /** Which handler, where the strategy has them. */
  readonly style: HandlerStyle;
  /** Worker threads or child processes, where the strategy has any. */
  readonly workers: number;
}

/** What a server process writes to stdout, one JSON value a line. */
export type ServerMessage =
  /** First of all: it accepts from now on. */
  | { readonly event: 'listening'; readonly address: Address }
  /** Answers `collect`. */
  | { readonly event: 'collected' };

/**
 * What it reads from stdin, one word a line. `collect`: free the garbage, so that memory can be compared. It ends
 * when stdin ends, so that it cannot outlive whoever started it.
 */
export type ServerCommand = 'collect';

/** What a load process is told to do; its first argument, as JSON. */
export interface LoadPlan {
  readonly address: Address;
  readonly transport: Transport;
  /** One for each request; one for many; or one for none, whose memory is what is measured. */
  readonly connection: 'per request' | 'kept' | 'idle';
  /** Connections at once; for datagrams, those under way at once. */
  readonly connections: number;
  /** An answer that takes longer counts as timed out. */
  readonly timeoutMs: number;
}

/** What a load process reads from stdin, one JSON value a line. It too ends when stdin ends. */
export type LoadCommand =
  /** Count what is answered from now on, for this long. */
  { readonly command: 'measure'; readonly ms: number };

/** What a load process writes to stdout, one JSON value a line. */
export type LoadMessage =
  /** Its connections are open, and the load is running. */
  { readonly event: 'running' } | ({ readonly event: 'measured' } & LoadResult);

export interface LoadResult {
  /** Answers that were right, within the time measured. */
  readonly answered: number;
  /** Answers that were not what the handler should have said. */
  readonly wrong: number;
  /** Requests that got no answer in time. */
  readonly timedOut: number;
  /** Requests whose connection failed or ended early, by error code. */
  readonly failed: Readonly<Record<string, number>>;
  readonly elapsedMs: number;
  /** Microseconds from request to answer: bucket of `Latencies` → how many. */
  readonly latencies: readonly (readonly [bucket: number, count: number])[];
}
