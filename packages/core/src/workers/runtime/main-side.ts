import type { FromWorker } from '../protocol/messages.js';

/** What a worker says to the main side. */
export interface MainSide {
  /** To be sent together with what else is said in this turn of the event loop. */
  post(message: FromWorker): void;
  /** Sends what was posted. */
  flush(): void;
}
