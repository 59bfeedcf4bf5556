import type { Conversation } from './conversation.js';

/** Decides when requests are sent. */
export interface Loop {
  start(conversations: readonly Conversation[]): void;
  /** Sends no more; resolves when every request under way has ended or timed out. */
  stop(): Promise<void>;
}
