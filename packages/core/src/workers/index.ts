// For authors of mixins: what crosses to a worker, and what runs there. Users import '@socketserver/core'.
export { serializeError, deserializeError, type SerializedError } from './protocol/serialized-error.js';
export { findUncloneable } from './protocol/find-uncloneable.js';
export {
  checkLeaves,
  handlerReference,
  importHandler,
  importWorkerHandler,
  type HandlerReference,
  type RequestHandlerConstructor,
  type RequestHandlerSource,
  type SocketType,
} from '../execution/handler-reference.js';
export { openConnection, readyConnection } from './runtime/open-connection.js';
export { packDatagram, type PackedDatagram } from './protocol/datagram.js';
export { warmUpSockets } from '../io/warm-up-sockets.js';
export type { RequestLimits } from '../execution/request-limits.js';
export { RequestScope } from '../execution/request-scope.js';
export { runHandler } from '../execution/run-handler.js';
export { isOwnError, ownError } from '../execution/connection-end.js';
export { isRequestEnd, noteRequestEnd, type RequestEnd } from './protocol/request-end.js';
export { runRequest } from './runtime/run-request.js';
export { Slots } from '../requests/slots.js';
export type { ServerView } from '../execution/server-view.js';
export { flushBeforeHandoff } from './flush-before-handoff.js';
export type { HandlerInit } from '../handlers/base-request-handler.js';
export { DescriptorPipe } from '../native/descriptor-pipe.js';
export { noteDuplicate } from '../native/descriptor-limit.js';
export { descriptorOf } from '../native/handle.js';
export { needLibc, tryLibc, type Libc } from '../native/libc.js';
export {
  adoptsDescriptors,
  checkChildrenTakeStreams,
  checkThreadsTakeStreams,
} from '../native/stream-handoff.js';
export { entryFile } from '../bundling.js';
export { connectionClosed, describe } from '../errors.js';
export { errorReport } from '../requests/report-error.js';
export { freezeFields, watchFields, type FieldRule } from '../servers/field-rules.js';
export { checkCount, checkMs, checkMsOrNull } from '../validation.js';
