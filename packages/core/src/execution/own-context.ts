import { AsyncResource } from 'node:async_hooks';

/**
 * The async context that its maker has, for one request alone: what the request does to it (`AsyncLocalStorage.enterWith()`)
 * is not seen by the next one.
 */
export class OwnContext extends AsyncResource {
  constructor() {
    // Not a snapshot that requests share: on Node < 24 `enterWith()` would write into it.
    super('SOCKETSERVER_REQUEST');
  }
}
