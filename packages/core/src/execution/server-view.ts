import type { BoundAddress } from '../address.js';

/**
 * What a handler sees of its server. It is the same in the loop, in a thread and in a child process, so it has only
 * what all of them can offer.
 */
export interface ServerView<Context = unknown> {
  readonly serverAddress: BoundAddress;
  /** The server's `context`; in a thread or a child the copy that it was sent when it started. */
  readonly context: Context;
  /** Asks the server to stop its loop, as `server.shutdown()` does. */
  shutdown(): void;
}

/** What a server is to a handler in the same thread. */
interface ViewedServer {
  readonly serverAddress: BoundAddress;
  readonly context: unknown;
  shutdown(): Promise<void>;
}

/** The view of a server for handlers in its own thread: it changes as the server does. */
export function viewOf(server: ViewedServer): ServerView {
  return {
    get serverAddress() {
      return server.serverAddress;
    },
    get context() {
      return server.context;
    },
    shutdown: () => void server.shutdown(),
  };
}
