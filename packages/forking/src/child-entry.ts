// The program that runs in a child. The parent's side is child.ts; what both say is in protocol.ts.
import type { Socket } from 'node:net';
import { constants } from 'node:os';
import {
  adoptsDescriptors,
  DescriptorPipe,
  importWorkerHandler,
  serializeError,
  warmUpSockets,
  tryLibc,
} from '@socketserver/core/workers';
import { ChildRequests } from './child-requests.js';
import { unpackContext } from './crossing-context.js';
import { protocolError } from './errors.js';
import { ParentChannel } from './parent-channel.js';
import { checkToChild, DESCRIPTOR_PIPE_FD, type StartMessage, type ToChild } from './protocol.js';

const parent = new ParentChannel();
const pipe = DescriptorPipe.over(DESCRIPTOR_PIPE_FD);
let requests: ChildRequests | undefined;

process.on('message', (value, handle) => {
  try {
    received(checkToChild(value), handle as Socket | undefined);
  } catch (error) {
    console.error(error);
    process.exit(1);
  }
});

// The parent has ended, or has given this child up. One whose event loop does not turn would not notice: where the
// system can, it ends it.
process.on('disconnect', () => process.exit(0));
tryLibc()?.setParentDeathSignal(constants.signals.SIGKILL);

// Ctrl-C reaches the whole group; the parent decides what it means.
process.on('SIGINT', () => {});

// From the parent, 'end' comes with it. From anybody else: end, but not in the middle of a request.
process.on('SIGTERM', () => parent.tell({ type: 'leaving' }));

// What has ended has ended, also when the next handler ends this process in the same turn.
process.on('exit', () => parent.flush());

// Whether it then gets stuck while it loads the handler can be told only of one that was alive.
sayAlive();

function sayAlive(): void {
  parent.tell({ type: 'alive', rss: residentBytes() });
}

/** Reading it opens a file, which this process may have too many of: then nothing is known of its memory. */
function residentBytes(): number {
  try {
    return process.memoryUsage.rss();
  } catch {
    return 0;
  }
}

function received(messages: readonly ToChild[], socket: Socket | undefined): void {
  const isPiped = messages.some((message) => message.type === 'stream' && message.piped);
  const connections: (Socket | number)[] = isPiped ? descriptors() : socket === undefined ? [] : [socket];
  for (const message of messages) {
    switch (message.type) {
      case 'start':
        void start(message);
        break;
      case 'stream':
        requests?.serveStream(message, connections.shift());
        break;
      case 'datagram':
        requests?.serveDatagram(message);
        break;
      case 'sent':
        requests?.sent(message);
        break;
      case 'abort':
        requests?.abort(message.reason);
        break;
      case 'ping':
        sayAlive();
        break;
      case 'end':
        process.exit(0);
    }
  }
}

function descriptors(): number[] {
  const received = pipe?.receive();
  if (received === undefined) throw protocolError('sockets in the descriptor pipe', received);
  return received;
}

async function start({ handler, serverAddress, context, limits }: StartMessage): Promise<void> {
  try {
    const view = {
      serverAddress,
      context: unpackContext(context),
      shutdown: () => parent.tell({ type: 'shutdown' }),
    };
    const Handler = await importWorkerHandler(handler);
    warmUpSockets();
    requests = new ChildRequests(Handler, { view, limits, parent });
    const canAdopt = adoptsDescriptors('path' in serverAddress ? 'AF_UNIX' : 'AF_INET');
    parent.tell({ type: 'ready', piped: pipe !== undefined && canAdopt });
  } catch (error) {
    parent.tell({ type: 'failed', error: serializeError(error) });
  }
}
