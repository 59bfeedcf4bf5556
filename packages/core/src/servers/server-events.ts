import type * as diagnostics from '../requests/diagnostics.js';
import type { BaseServer } from './base-server.js';

// What subscribers of the diagnostics channels get.

/** Payload of the five `tracing:socketserver.request:*` channels. */
export type RequestTrace = diagnostics.RequestTrace<BaseServer>;
/** Payload of `socketserver.listen` and `socketserver.close`. */
export type ServerEvent = diagnostics.ServerEvent<BaseServer>;
/** Payload of `socketserver.accept.error`. */
export type AcceptErrorEvent = diagnostics.AcceptErrorEvent<BaseServer>;
/** Payload of `socketserver.disconnect`. */
export type DisconnectEvent = diagnostics.DisconnectEvent<BaseServer>;
