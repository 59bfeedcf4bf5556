import type { Socket } from 'node:net';
import type { Outgoing } from '@socketserver/core/workers';
import type { StartMessage } from '../protocol.js';

/** What travels to a child with a message: a connection. */
export type ToProcess = Outgoing<Socket>;

/** How the parent and one child talk. Connections are copies: the parent's own stays open until the child has its own. */
export interface ProcessChannel {
  /** Whether the child has closed it, and all that it said has been read. */
  readonly hasEnded: boolean;
  /** Connections that can be under way at once. */
  readonly mostSockets: number;
  start(message: StartMessage): void;
  /** @returns whether the connections have been sent; if not, the child is not told of them */
  send(batch: readonly ToProcess[]): boolean;
  /** The child has ended. */
  close(): void;
}

export interface ProcessChannelEvents {
  /** What the child says, which may be anything. */
  onMessages: (messages: unknown) => void;
  /** What the child has written is no message: nothing that it says from now on can be read. */
  onBroken: (error: Error) => void;
  /** The child has closed it. */
  onEnd: () => void;
}
