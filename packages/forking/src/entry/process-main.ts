// The program that runs in a child. The parent's side is driver/process-worker.ts.
import { closeSync } from 'node:fs';
import { constants } from 'node:os';
import {
  adoptsDescriptors,
  needLibc,
  openConnection,
  protocolError,
  readyConnection,
  RequestExecutor,
  serializeError,
  sharedMemoryOf,
  splitDatagrams,
  surviveClosing,
  TABLE_BYTES,
  tryLibc,
  type DatagramMessage,
  type StreamMessage,
} from '@socketserver/core/workers/runtime';
import { unpackContext } from '../driver/context.js';
import { monotonicMs } from '../monotonic-ms.js';
import { LISTEN_FD, MEMORY_FD, type StartMessage, type ToChild } from '../protocol.js';
import { discard, ParentChannel, type Connection } from './parent-channel.js';

const parent = new ParentChannel({
  onMessages: received,
  // One whose event loop does not turn would not notice: where the system can, it ends it.
  onEnd: () => process.exit(0),
});
surviveClosing(process.stdout); // the parent's
tryLibc()?.setParentDeathSignal(constants.signals.SIGKILL);

// What is meant for the server reaches the whole group: Ctrl-C, a terminal that closes, a restart of nodemon. The parent decides
// what it means, and ends its children when they have drained.
for (const signal of ['SIGINT', 'SIGHUP', 'SIGUSR2'] as const) process.on(signal, () => {});

// From the parent, 'end' comes with it. From anybody else: end, but not in the middle of a request.
process.on('SIGTERM', () => parent.tell({ type: 'draining' }));

// What has ended has ended, also when the next handler ends this process in the same turn.
process.on('exit', () => parent.end());

const executor = new RequestExecutor(parent, residentBytes);

/** Reading it opens a file, which this process may have too many of: then nothing is known of its memory. */
function residentBytes(): number {
  try {
    return process.memoryUsage.rss();
  } catch {
    return 0;
  }
}

function received(messages: readonly ToChild[], connections: Connection[]): void {
  try {
    for (const message of messages) {
      if (message.type === 'stream') serveStream(message, connections.shift());
      else handle(message);
    }
  } catch (error) {
    console.error(error);
    process.exit(1);
  }
}

function handle(message: Exclude<ToChild, StreamMessage>): void {
  switch (message.type) {
    case 'start':
      void start(message);
      return;
    case 'datagrams':
      for (const datagram of splitDatagrams(message)) if (begins(datagram)) executor.runDatagram(datagram);
      return;
    case 'sent':
    case 'unsent':
    case 'abort':
    case 'limits':
    case 'ping':
    case 'take':
      executor.receive(message);
      return;
    case 'end':
      process.exit(0);
    // oxlint-disable-next-line no-fallthrough -- it does not return
    default:
      throw protocolError('a message of the parent', message);
  }
}

async function start({ context, accept: terms, chdir, ...told }: StartMessage): Promise<void> {
  const { handler, serverAddress } = told;
  const canTake =
    terms !== undefined ||
    handler.socketType === 'datagram' ||
    process.send !== undefined ||
    (parent.takesConnections && adoptsDescriptors('path' in serverAddress ? 'AF_UNIX' : 'AF_INET'));
  if (!canTake) {
    parent.tell({ type: 'no-descriptors' });
    return;
  }
  try {
    if (chdir !== undefined) process.chdir(chdir);
    const accept = terms === undefined ? undefined : { terms, ...inherited() };
    await executor.load({ ...told, context: unpackContext(context), accept });
    parent.tell({ type: 'ready' });
  } catch (error) {
    parent.tell({ type: 'failed', error: serializeError(error) });
  }
}

/** What this process has inherited to accept with; its own children are not to have it. */
function inherited(): { fd: number; memory: ArrayBufferLike } {
  const fd = needLibc('children that accept for themselves').dup(LISTEN_FD);
  if (fd === -1)
    throw new Error('Expected a descriptor for the listening socket, got none; raise the limit (ulimit -n)');
  const memory = sharedMemoryOf(MEMORY_FD, TABLE_BYTES);
  for (const each of [LISTEN_FD, MEMORY_FD]) closeSync(each);
  return { fd, memory };
}

function serveStream(message: StreamMessage, connection: Connection | undefined): void {
  const { id } = message;
  if (connection === undefined) {
    // This process may open no more: let another have it, and serve those that are here.
    parent.post({ type: 'draining' });
    parent.tell({ type: 'returned', id });
    return;
  }
  if (!begins(message)) {
    discard(connection);
    return;
  }
  try {
    const socket = typeof connection === 'number' ? openConnection(connection) : readyConnection(connection);
    executor.runStream(message, socket);
  } catch (error) {
    parent.tell({ type: 'ended', id, end: { error: serializeError(error) } });
  }
}

/** Acknowledges the request, unless it is too late for it. Said at once: what comes next may end this process. */
function begins({ id, deadline = Infinity }: StreamMessage | DatagramMessage): boolean {
  const late = monotonicMs() > deadline;
  parent.tell({ type: late ? 'returned' : 'begun', id });
  return !late;
}
