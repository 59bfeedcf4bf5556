import cluster from 'node:cluster';
import { badArgument, unsupported } from '../errors.js';
import { requestsAreTraced } from '../requests/diagnostics.js';
import type { Overload } from '../loop/admission.js';
import { BaseServer } from '../servers/base-server.js';
import { TCPServer } from '../servers/tcp-server.js';
import { UDPServer } from '../servers/udp-server.js';
import { UnixDatagramServer } from '../servers/unix-datagram-server.js';
import { UnixStreamServer } from '../servers/unix-stream-server.js';

/** Who takes requests: the main side, which gives them to its workers, or each worker for itself. */
export type AcceptIn = 'main' | 'workers';

/** The hooks that the main side calls for each request, and cannot where it does not see any. */
const HOOKS = [
  'getRequest',
  'verifyRequest',
  'processRequest',
  'finishRequest',
  'shutdownRequest',
  'closeRequest',
] as const;

type Hook = (typeof HOOKS)[number];

/** The classes that have a hook of the library's own. */
const OWN = [BaseServer, TCPServer, UDPServer, UnixStreamServer, UnixDatagramServer];

/** What of a server says whether its workers can take requests for themselves. */
export interface AcceptFields {
  readonly acceptIn: AcceptIn;
  readonly socketType: 'stream' | 'datagram';
  readonly addressFamily: string;
  readonly concurrent: boolean;
  readonly maxConnections: number;
  readonly maxConnectionsPerHost: number;
  readonly acceptRate: number;
  readonly overload: Overload<never>;
}

/** @throws {SocketServerError} ERR_SOCKETSERVER_BAD_ARGUMENT */
export function checkAcceptIn(acceptIn: unknown): void {
  if (acceptIn !== 'main' && acceptIn !== 'workers') {
    throw badArgument('acceptIn', "'main' or 'workers'", acceptIn);
  }
}

/**
 * What a server asks for that nobody can give it when its workers take requests for themselves. Nothing is checked of one whose
 * main side takes them.
 * @param names - of the fields that say how many workers there are
 * @throws {SocketServerError} ERR_SOCKETSERVER_UNSUPPORTED naming it, and what to do
 */
export function checkWorkersAccept(
  server: AcceptFields,
  size: Sizes,
  names: Record<keyof Sizes, string>,
): void {
  if (server.acceptIn === 'main') return;
  const refusal = refusals(server, size, names).find(({ applies }) => applies);
  if (refusal === undefined) return;
  const { field, expected, got, cure } = refusal;
  throw unsupported({ field, expected: `${expected} with \`acceptIn\` 'workers'`, got, cure });
}

/** How many workers there are, and when they are replaced. */
interface Sizes {
  readonly min: number;
  readonly max: number;
  readonly maxRequests: number;
}

interface Refusal {
  readonly applies: boolean;
  readonly field: string;
  readonly expected: string;
  readonly got: unknown;
  readonly cure: string;
}

const MAIN_ONLY = "only the main side sees all clients: leave it, or use acceptIn 'main'";

function refusals(
  server: AcceptFields,
  { min, max, maxRequests }: Sizes,
  names: Record<keyof Sizes, string>,
): readonly Refusal[] {
  const { maxConnections, maxConnectionsPerHost, acceptRate, overload, socketType, addressFamily } = server;
  const { bun, deno } = process.versions;
  const ofField = { field: 'acceptIn', got: 'workers' };
  return [
    {
      ...ofField,
      applies: socketType === 'datagram' && addressFamily === 'AF_UNIX',
      expected: 'another server than one of Unix datagrams',
      cure: "one thread of the main side receives them all: leave acceptIn 'main'",
    },
    {
      ...ofField,
      applies: process.platform !== 'linux' || bun !== undefined || deno !== undefined,
      expected: 'under Node on Linux',
      cure: "elsewhere a listening socket cannot be shared so: leave acceptIn 'main'",
    },
    {
      applies: !server.concurrent,
      field: 'concurrent',
      expected: 'true',
      got: server.concurrent,
      cure: 'workers run their requests side by side: leave it',
    },
    {
      ...ofField,
      applies: cluster.isWorker,
      expected: 'outside the workers of node:cluster',
      cure: 'those share a socket already: leave one of the two',
    },
    {
      applies: min !== max,
      field: names.min,
      expected: `null, or as many as \`${names.max}\` (${max})`,
      got: min,
      cure: 'clients wait in the kernel, where nobody sees that a worker is missing: set both alike',
    },
    {
      applies: maxRequests === 1,
      field: names.maxRequests,
      expected: '0, or 2 and more',
      got: maxRequests,
      cure: "only the main side can give each request a fresh worker: leave acceptIn 'main'",
    },
    {
      applies: maxConnections < max,
      field: 'maxConnections',
      expected: `at least \`${names.max}\` (${max})`,
      got: maxConnections,
      cure: 'each worker holds a place for the request that it takes next: raise it, or have fewer workers',
    },
    {
      applies: maxConnectionsPerHost !== Infinity,
      field: 'maxConnectionsPerHost',
      expected: 'Infinity',
      got: maxConnectionsPerHost,
      cure: MAIN_ONLY,
    },
    {
      applies: acceptRate !== Infinity,
      field: 'acceptRate',
      expected: 'Infinity',
      got: acceptRate,
      cure: MAIN_ONLY,
    },
    {
      applies: typeof overload === 'function',
      field: 'overload',
      expected: "'pause' or 'reject'",
      got: overload,
      cure: MAIN_ONLY,
    },
    {
      applies: socketType === 'datagram' && overload === 'reject',
      field: 'overload',
      expected: "'pause' for datagrams",
      got: overload,
      cure: "the kernel drops what nobody receives, and does not say how many: leave acceptIn 'main'",
    },
    {
      applies: requestsAreTraced(),
      field: 'tracing:socketserver.request',
      expected: 'without subscribers',
      got: 'some',
      cure: "the main side sees no request: measure in the handler, or leave acceptIn 'main'",
    },
  ];
}

/** @param own - `processRequest` of the mixin that asks. @throws {SocketServerError} ERR_SOCKETSERVER_UNSUPPORTED naming the hook */
export function checkHooksAccept(server: BaseServer & { readonly acceptIn: AcceptIn }, own: unknown): void {
  if (server.acceptIn === 'main') return;
  for (const hook of HOOKS) {
    const found: unknown = server[hook];
    if (found === own || OWN.some(({ prototype }) => hookOf(prototype, hook) === found)) continue;
    throw unsupported({
      field: `${hook}()`,
      expected: "left alone with `acceptIn` 'workers'",
      got: server.constructor,
      cure: "nothing would call it: use the handler’s `setup()` and `finish()`, or acceptIn 'main'",
    });
  }
}

function hookOf(prototype: object, hook: Hook): unknown {
  return (prototype as Partial<Record<Hook, unknown>>)[hook];
}
