// For the program that runs in a worker. Apart from the main side's, of which a worker would load forty files for nothing.
export { Batcher } from '../batcher.js';
export { badContext, protocolError } from '../errors.js';
export { TABLE_BYTES } from '../protocol/accept-table.js';
export { splitDatagrams } from '../protocol/datagrams.js';
export { FrameStream } from '../protocol/frame-stream.js';
export type { Message as FrameMessage } from '../protocol/frames.js';
export type {
  DatagramMessage,
  FromWorker,
  NamedMessage,
  SendsMessage,
  StreamMessage,
  ToWorker,
} from '../protocol/messages.js';
export { MainSide } from './main-side.js';
export { openConnection, readyConnection } from './open-connection.js';
export { RequestExecutor, type ExecutorMessage, type ExecutorStart } from './request-executor.js';
export { DescriptorPipe } from '../../native/descriptor-pipe.js';
export { needLibc, tryLibc } from '../../native/libc.js';
export { sharedMemoryOf } from '../../native/shared-memory.js';
export { adoptsDescriptors } from '../../native/stream-handoff.js';
export { surviveClosing } from '../../requests/closed-stdio.js';
export { serializeError } from '../../requests/serialized-error.js';
