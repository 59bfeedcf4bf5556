import type { MessagePort } from 'node:worker_threads';
import type { ExecutorStart, SerializedError } from '@socketserver/core/workers';

/** What a thread is started with: the one task of piscina's that it ever gets. */
export interface ThreadStart extends ExecutorStart {
  /** Carries everything that follows, in lists of messages. */
  port: MessagePort;
  /** The memory of a `StartMarker`. */
  marker: Int32Array;
}

/** What the thread answers to its start. */
export type ThreadReady = { type: 'loaded' } | { type: 'failed'; error: SerializedError };
