import type { BoundAddress, ServerStats } from '@socketserver/core';
import type { PooledStats } from '@socketserver/core/workers';

export const ENGINES = ['async', 'threading', 'forking'] as const;
export type Engine = (typeof ENGINES)[number];

/** The servers that one program runs; all have the same engine. */
export const TARGETS = ['tcp', 'unix', 'udp'] as const;
export type Target = (typeof TARGETS)[number];

/** A command for a program of this package, and what it answers; each is sent with a number. */
export type Ask<Command> = { readonly id: number } & Command;
export type Answer = { readonly id: number } & ({ readonly value: unknown } | { readonly error: string });

// ── the server program ────────────────────────────────────────────────────────────────────────────────────

export interface StartServer {
  readonly type: 'start';
  readonly engine: Engine;
  /** Where the Unix socket goes. */
  readonly directory: string;
}

export interface Restart {
  readonly graceMs: number;
  readonly fields?: Readonly<Record<string, unknown>>;
}

export type ServerCommand =
  | StartServer
  | { readonly type: 'stats' }
  /** Sets fields of a server while it serves. */
  | { readonly type: 'tune'; readonly target: Target; readonly fields: Readonly<Record<string, unknown>> }
  /** Calls a method of a server. */
  | { readonly type: 'call'; readonly target: Target; readonly method: string }
  /** Ends a server under load, and starts another one, tuned by `fields`, at its address. */
  | ({ readonly type: 'restart'; readonly target: Target } & Restart)
  /** Moves the clock that this process sees. */
  | { readonly type: 'clock'; readonly offsetMs: number }
  /** Starts one more server, of Unix datagrams; answers with its path. */
  | { readonly type: 'startDatagrams' }
  | { readonly type: 'datagrams' }
  /** Ends it, and tells what it has counted. */
  | { readonly type: 'endDatagrams' }
  /** What the servers have printed of errors. */
  | { readonly type: 'printed' }
  /** Gives back what nothing uses, and tells what is left of the main thread's heap. */
  | { readonly type: 'heap' }
  | { readonly type: 'end' };

export interface Printed {
  readonly blocks: number;
  /** Bytes of the longest. */
  readonly longest: number;
}

export interface Started {
  readonly addresses: Readonly<Record<Target, BoundAddress>>;
  /** The names of the members that the servers have, by target. */
  readonly members: readonly string[];
}

/** What a server says of itself, and what was counted apart from it. */
export interface TargetStats {
  readonly stats: ServerStats & Partial<Pick<PooledStats, 'workers' | 'waiting'>>;
  /** Over all servers that this target has had. */
  readonly total: ServerStats;
  /** pids of its child processes. */
  readonly children: readonly number[];
  /** Looks at the figures that did not add up, the first few in words. */
  readonly wrong: readonly string[];
  /** How often they were looked at. */
  readonly looks: number;
  /** Errors without a request: of accepting, of starting workers. */
  readonly serverErrors: Readonly<Record<string, number>>;
  /** Errors of requests. */
  readonly failures: Readonly<Record<string, number>>;
}

export type AllStats = Readonly<Record<Target, TargetStats>>;

// ── the client program ────────────────────────────────────────────────────────────────────────────────────

/** What a client does, one thing after the other. */
export type Step =
  | { readonly do: 'send'; readonly text: string }
  /** Sends so many bytes, as fast as the server takes them. */
  | { readonly do: 'sendBytes'; readonly bytes: number }
  /** Sends a text one byte at a time. */
  | { readonly do: 'drip'; readonly text: string; readonly everyMs: number }
  | { readonly do: 'readLine'; readonly expect: string }
  /** Reads so many bytes. */
  | { readonly do: 'readBytes'; readonly bytes: number }
  | { readonly do: 'wait'; readonly ms: number }
  /** Counts the client as begun: what it has read shows that its handler runs. */
  | { readonly do: 'begun' }
  | { readonly do: 'halfClose' }
  /** Waits for the server to end the connection, which is an answer too. */
  | { readonly do: 'untilEnd' }
  /** Leaves with a reset. */
  | { readonly do: 'reset' }
  /** Leaves by closing, whatever is still to be read. */
  | { readonly do: 'close' };

export interface Clients {
  /** What they are listed under. */
  readonly name: string;
  readonly target: Target;
  readonly steps: readonly Step[];
  /** How many clients in all. */
  readonly count: number;
  /** How many at once. */
  readonly atOnce: number;
  /** Milliseconds without anything from the server after which a client counts as hung. */
  readonly hungAfterMs: number;
}

/** Clients that come one after the other until they are stopped. */
export interface Steady extends Omit<Clients, 'count'> {
  /** Milliseconds between the end of one client and the next one. */
  readonly paceMs: number;
}

export type ClientCommand =
  | { readonly type: 'addresses'; readonly addresses: Readonly<Record<Target, BoundAddress>> }
  | { readonly type: 'run'; readonly clients: Clients }
  | { readonly type: 'steady'; readonly clients: Steady }
  /** Ends all `steady` clients; answers when the last one has ended. */
  | { readonly type: 'stop' }
  | { readonly type: 'tally' };

/**
 * What became of clients. Each one is in exactly one of `answered`, `ended`, `refused`, `left`, `wrong`, `hung`
 * and `lost`.
 */
export interface Tally {
  /** Connections that were established. Datagrams that were sent. */
  connected: number;
  /** Had a handler, where the steps tell. */
  begun: number;
  /** Did all its steps; what it read was right. */
  answered: number;
  /** The server, or its end, ended the connection before. */
  ended: number;
  /** Never had a connection. */
  refused: number;
  /** Left of its own will, as its steps say. */
  left: number;
  /** Read something that it should not have. */
  wrong: number;
  /** Nothing came, and the connection did not end. */
  hung: number;
  /** A datagram without an answer. */
  lost: number;
  /** The most clients that were connected to the target at once while these came. */
  mostAtOnce: number;
  /** What is known of the first few that hung or read something wrong. */
  notes: string[];
}

export type Tallies = Readonly<Record<Target, Tally>>;
