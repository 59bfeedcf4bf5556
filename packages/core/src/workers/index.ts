// For authors of mixins whose handlers run in workers. Users import '@socketserver/core'.
export { badContext, messageOf, protocolError, tellsAll, workerDied, workerStart } from './errors.js';
export type { AcceptIn } from './accept-in.js';
export type { AcceptSpec, WorkerDriver, WorkerSpec } from './driver.js';
export { isSocket, Job, type Handoff, type WorkerRequest } from './job.js';
export { defaultWorkers, type PoolFieldNames } from './options.js';
export { checkInteger } from '../validation.js';
export {
  adjustWorkers,
  createDriver,
  PooledMixIn,
  type PooledMembers,
  type PooledStats,
} from './pooled-mixin.js';
export type { AcceptedByWorker, TableMemory } from './pool/accepted-requests.js';
export { Batcher } from './batcher.js';
export type { WorkerCounts } from './pool/supervisor.js';
export {
  Worker,
  type Loss,
  type Outgoing,
  type OutgoingRequest,
  type Unfinished,
  type WorkerEvents,
} from './pool/worker.js';
export { joinDatagrams, splitDatagrams } from './protocol/datagrams.js';
export type {
  DatagramMessage,
  FromWorker,
  NamedMessage,
  SendsMessage,
  StreamMessage,
  ToWorker,
} from './protocol/messages.js';
export { FrameStream } from './protocol/frame-stream.js';
export type { Message as FrameMessage } from './protocol/frames.js';
export { findUncloneable } from './protocol/find-uncloneable.js';
export { deserializeError, serializeError, type SerializedError } from '../requests/serialized-error.js';
export { MainSide } from './runtime/main-side.js';
export { openConnection, readyConnection } from './runtime/open-connection.js';
export { TABLE_BYTES } from './protocol/accept-table.js';
export type { AcceptTerms } from './protocol/messages.js';
export {
  RequestExecutor,
  type AcceptStart,
  type ExecutorMessage,
  type ExecutorStart,
} from './runtime/request-executor.js';
export {
  handlerReference,
  importHandler,
  type HandlerReference,
  type RequestHandlerConstructor,
  type RequestHandlerSource,
  type SocketType,
} from '../execution/handler-reference.js';
export { isOwnError, ownError } from '../execution/connection-end.js';
export type { RequestLimits } from '../execution/request-limits.js';
export { RequestScope } from '../execution/request-scope.js';
export { runHandler } from '../execution/run-handler.js';
export type { ServerView } from '../execution/server-view.js';
export { warmUpSockets } from '../io/warm-up-sockets.js';
export type { HandlerInit } from '../handlers/base-request-handler.js';
export { surviveClosing } from '../requests/closed-stdio.js';
export { Slots } from '../requests/slots.js';
export { errorReport } from '../requests/report-error.js';
export { SharedMemory, sharedMemoryOf } from '../native/shared-memory.js';
export { DescriptorPipe } from '../native/descriptor-pipe.js';
export { noteDuplicate } from '../native/descriptor-limit.js';
export { descriptorOf } from '../native/handle.js';
export { forgetLastStat } from '../native/quiet-stat.js';
export { socketCookie } from '../native/socket-cookie.js';
export { needLibc, tryLibc, type Libc } from '../native/libc.js';
export {
  adoptsDescriptors,
  checkChildrenTakeStreams,
  checkThreadsTakeStreams,
} from '../native/stream-handoff.js';
export { entryFile } from '../bundling.js';
export { badArgument, connectionClosed } from '../errors.js';
export { freezeFields, watchFields } from '../servers/field-rules.js';
export { within } from '../timing.js';
