import type { BaseServer } from './base-server.js';
import type { AbstractConstructor, Mixed } from '../mixin.js';

/** What {@link AsyncMixIn} adds. */
export interface AsyncMembers {
  concurrent: boolean;
}

/**
 * Runs every request at once on the event loop: the loop takes the next one without waiting for this one. For
 * handlers that mostly wait; one that computes holds up all others.
 *
 * @example class Server extends AsyncMixIn(TCPServer) {}
 */
export function AsyncMixIn<Base extends AbstractConstructor<BaseServer>>(
  base: Base,
): Mixed<Base, AsyncMembers> {
  abstract class AsyncServer extends base implements AsyncMembers {
    override concurrent = true;
  }
  return AsyncServer;
}
