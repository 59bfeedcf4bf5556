// The program that runs in a child. The parent's side is child.ts; what both say is in protocol.ts.
import type { Socket } from 'node:net';
import { importHandler, packError } from '@socketserver/core/engine';
import { ChildRequests } from './child-requests.js';
import { unpackContext } from './crossing-context.js';
import { checkToChild, type FromChild, type StartMessage } from './protocol.js';

let requests: ChildRequests | undefined;

process.on('message', (value, handle) => {
  try {
    received(value, handle as Socket | undefined);
  } catch (error) {
    console.error(error);
    process.exit(1);
  }
});

// The parent has ended, or has given this child up.
process.on('disconnect', () => process.exit(0));

// Ctrl-C reaches the whole group; the parent decides what it means.
process.on('SIGINT', () => {});

// From the parent, 'end' comes with it. From anybody else: end, but not in the middle of a request.
process.on('SIGTERM', () => tell({ type: 'leaving' }));

function received(value: unknown, socket: Socket | undefined): void {
  const message = checkToChild(value);
  switch (message.type) {
    case 'start':
      void start(message);
      return;
    case 'stream':
      if (socket !== undefined) requests?.serveStream(message, socket);
      return;
    case 'datagram':
      requests?.serveDatagram(message);
      return;
    case 'sent':
      requests?.sent(message);
      return;
    case 'abort':
      requests?.abort(message.reason);
      return;
    case 'end':
      process.exit(0);
  }
}

async function start({ handler, serverAddress, context, limits }: StartMessage): Promise<void> {
  try {
    const view = {
      serverAddress,
      context: unpackContext(context),
      shutdown: () => tell({ type: 'shutdown' }),
    };
    requests = new ChildRequests(await importHandler(handler), { view, limits, tell });
    tell({ type: 'ready' });
  } catch (error) {
    tell({ type: 'failed', error: packError(error) });
  }
}

/** Where the message cannot go the parent is gone: 'disconnect' ends this process. */
function tell(message: FromChild): void {
  if (process.connected) process.send?.(message, undefined, {}, () => {});
}
