/** Where a server listens. */
export type Address = InetAddress | UnixAddress;

export interface InetAddress {
  readonly host: string;
  readonly port: number;
}

export interface UnixAddress {
  readonly path: string;
}

/** What is spoken to the server: a stream of lines, or datagrams of one line each. */
export type Transport = 'tcp' | 'unix' | 'udp';

/** How a handler talks to its client: by the events of the socket, or through `rfile` and `wfile`. */
export type HandlerStyle = 'events' | 'files';

/** What a request asks for: its answer at once, after some computing, after some waiting, or a large one. */
export type Work = 'light' | 'heavy' | 'wait' | 'large';

/** How much there is to do for requests that are not light. */
export interface WorkSizes {
  /** Bytes to hash for each heavy request. */
  readonly hashBytes: number;
  /** Milliseconds to wait before the answer. */
  readonly waitMs: number;
  /** Bytes of a large answer. */
  readonly answerBytes: number;
}

/** Where a server is to listen; port 0: any. */
export type Binding =
  | { readonly transport: 'tcp'; readonly address: InetAddress }
  | { readonly transport: 'udp'; readonly address: InetAddress }
  | { readonly transport: 'unix'; readonly address: UnixAddress };

/** What a server process is told to be; its first argument, as JSON. */
export type ServerPlan = Binding & {
  /** Which handler, where the strategy has them. */
  readonly style: HandlerStyle;
  /** Worker threads or child processes, where the strategy has any. */
  readonly workers: number;
  readonly sizes: WorkSizes;
  /** Requests that a worker runs at once, where it can be told. @default the strategy's own */
  readonly requestsPerWorker?: number;
  /** Requests after which a process is replaced, where it can be told. @default the strategy's own */
  readonly maxRequestsPerWorker?: number;
  /** The URL of a handler's module to serve with, in place of the one that the style names. */
  readonly handler?: string;
};

/** What a server process writes to stdout, one JSON value a line. */
export type ServerMessage =
  /** First of all: it accepts from now on. */
  | {
      readonly event: 'listening';
      readonly address: Address;
      /** Milliseconds that it took to listen, once the program was loaded. */
      readonly listenMs: number;
    }
  /** Answers `collect`; a child process of the server says it too, when SIGUSR2 has asked it. */
  | { readonly event: 'collected' };

/**
 * What it reads from stdin, one word a line. `collect`: free the garbage, so that memory can be compared. It ends
 * when stdin ends, so that it cannot outlive whoever started it.
 */
export type ServerCommand = 'collect';

/** What the load sends, and what it takes for the right answer. */
export type LoadRequest =
  | { readonly work: Work; readonly answerBytes: number }
  /** Bytes in base64. Without an answer: any that is not empty. */
  | { readonly bytes: string; readonly answer: string | null };

/** What a load process is told to do. */
export interface LoadPlan {
  readonly address: Address;
  readonly transport: Transport;
  /** One for each request; one for many; or one for none, whose memory is what is measured. */
  readonly connection: 'per request' | 'kept' | 'idle';
  /** Connections at once; for datagrams, those under way at once. */
  readonly connections: number;
  readonly request: LoadRequest;
  /**
   * Open loop: requests a second, sent whether or not earlier ones are answered. Closed loop without it: each
   * client sends its next request when it has its answer.
   */
  readonly rate?: number;
  /** An answer that takes longer counts as timed out. */
  readonly timeoutMs: number;
}

/** What a load process reads from stdin, one JSON value a line. It too ends when stdin ends. */
export type LoadCommand =
  /** First of all. */
  | { readonly command: 'start'; readonly plan: LoadPlan }
  /** Count what is answered from now on, for this long. */
  | { readonly command: 'measure'; readonly ms: number };

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
  /** CPU time of the load itself, within the time measured. */
  readonly cpuMs: number;
  /**
   * Microseconds from request to answer: bucket of `Latencies` → how many. What timed out is in it, with as much
   * as it waited.
   */
  readonly latencies: readonly (readonly [bucket: number, count: number])[];
}
