import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { joinDatagrams, type DatagramMessage, type ToWorker } from '@socketserver/core/workers';
import { isIpcMessage, type StartMessage, type ToChild } from '../protocol.js';
import type { ProcessChannel, ProcessChannelEvents, ToProcess } from './process-channel.js';

/** A child's channel by Node's own IPC, for where there is no other: it passes one socket, and waits before the next. */
export class IpcChannel implements ProcessChannel {
  readonly mostSockets = 1;
  readonly #child: ChildProcess;

  constructor(child: ChildProcess, events: ProcessChannelEvents) {
    this.#child = child;
    child.on('message', (message) => {
      if (isIpcMessage(message)) events.onMessages(message.socketserver);
      else if (isWatchReport(message)) process.send?.(message, undefined, {}, ignore);
    });
    child.once('disconnect', events.onEnd);
  }

  /** 'disconnect' does not come while Node waits for its own acknowledgement of a handle. */
  get hasEnded(): boolean {
    return !this.#child.connected;
  }

  start(message: StartMessage): void {
    this.#tell([message]);
  }

  send(batch: readonly ToProcess[]): boolean {
    let together: (ToWorker | DatagramMessage)[] = [];
    for (const { message, attachment } of batch) {
      together.push(message);
      if (attachment === undefined) continue;
      detach(attachment);
      this.#tell(joinDatagrams(together), attachment);
      together = [];
    }
    if (together.length > 0) this.#tell(joinDatagrams(together));
    return true;
  }

  close(): void {}

  #tell(messages: readonly ToChild[], socket?: Socket): void {
    // A child without a channel is at its end, and whatever it was given is given to another.
    if (!this.#child.connected) return;
    this.#child.send({ socketserver: messages }, socket, { keepOpen: true }, ignore);
  }
}

/**
 * Node asks the children for the state of every socket that was sent with its `server` set, and a `net.Server` is not
 * closed before each has answered: a dead child never does.
 */
function detach(socket: Socket): void {
  (socket as { server?: unknown }).server = null;
}

/** Under `node --watch` every process tells its parent which files it has loaded; this one passes on what its children say. */
function isWatchReport(message: unknown): boolean {
  if (process.env['WATCH_REPORT_DEPENDENCIES'] === undefined) return false;
  return (
    typeof message === 'object' &&
    message !== null &&
    ('watch:import' in message || 'watch:require' in message)
  );
}

/** What does not arrive is no news: the end of the process is. */
function ignore(): void {}
