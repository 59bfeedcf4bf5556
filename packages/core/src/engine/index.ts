// For authors of mixins: what crosses to a worker, and what runs there. Users import '@socketserver/core'.
export { packError, unpackError, type CrossingError } from './crossing-error.js';
export { findCulprit } from './find-culprit.js';
export {
  checkLeaves,
  handlerReference,
  importHandler,
  importWorkerHandler,
  type HandlerReference,
  type RequestHandlerConstructor,
  type RequestHandlerSource,
  type SocketType,
} from './handler-reference.js';
export { openConnection, readyConnection } from './open-connection.js';
export { packDatagram, type PackedDatagram } from './pack-datagram.js';
export { quickenSockets } from './quicken-sockets.js';
export type { RequestLimits } from './request-limits.js';
export { RequestScope } from './request-scope.js';
export { runHandler } from './run-handler.js';
export { isOwnError, ownError } from './connection-end.js';
export { isRequestEnd, noteRequestEnd, type RequestEnd } from './request-end.js';
export { runRequest } from './run-request.js';
export { Slots } from './slots.js';
export type { ServerView } from './server-view.js';
export { written } from './written.js';
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
export { errorReport } from '../report-error.js';
