import type { BaseServer, ClientAddress, RequestHandlerSource } from '@socketserver/core';

type HookName =
  | 'getRequest'
  | 'verifyRequest'
  | 'processRequest'
  | 'finishRequest'
  | 'shutdownRequest'
  | 'closeRequest'
  | 'handleError'
  | 'handleTimeout'
  | 'serviceActions';

/** A server of any kind, with nothing abstract in it, so that a class expression can extend it. */
export interface AnyServer extends Omit<BaseServer, HookName> {
  getRequest(): Promise<[object, ClientAddress]>;
  verifyRequest(request: object, clientAddress: ClientAddress): boolean | Promise<boolean>;
  processRequest(request: object, clientAddress: ClientAddress): Promise<void>;
  finishRequest(request: object, clientAddress: ClientAddress): Promise<void>;
  shutdownRequest(request: object): void | Promise<void>;
  closeRequest(request: object): void | Promise<void>;
  handleError(error: unknown, request?: object, clientAddress?: ClientAddress): void | Promise<void>;
  handleTimeout(): void | Promise<void>;
  serviceActions(): void | Promise<void>;
}

/** Each server takes addresses of its own kind. */
export type ServerConstructor = new (
  // oxlint-disable-next-line typescript/no-explicit-any
  serverAddress: any,
  RequestHandlerClass: RequestHandlerSource,
) => AnyServer;

export type Kind = 'tcp' | 'udp' | 'unix-stream' | 'unix-datagram';

/** A server class, and what the contract has to know of it. */
export interface Composition {
  /** What the tests are listed under: `ThreadingTCPServer`. */
  readonly name: string;
  readonly Server: ServerConstructor;
  readonly kind: Kind;
  /** Whether a request is taken while another one runs. */
  readonly concurrent: boolean;
  /** Where handlers run. */
  readonly runsIn: 'loop' | 'thread' | 'child';
  /** Who takes requests. @default 'main' */
  readonly acceptIn?: 'main' | 'workers';
}

/** Whether workers take requests for themselves, and the main side sees none. */
export function acceptsInWorkers({ acceptIn }: Composition): boolean {
  return acceptIn === 'workers';
}

export function isStream(kind: Kind): boolean {
  return kind === 'tcp' || kind === 'unix-stream';
}

export function isUnix(kind: Kind): boolean {
  return kind === 'unix-stream' || kind === 'unix-datagram';
}

const MODULES = { loop: 'core', thread: 'threading', child: 'forking' } as const;

/** The module that exports the server. */
export function moduleOf({ runsIn }: Composition): string {
  return new URL(`../../${MODULES[runsIn]}/dist/index.js`, import.meta.url).href;
}
