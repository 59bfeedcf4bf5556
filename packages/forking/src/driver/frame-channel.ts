import type { ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import {
  DescriptorPipe,
  descriptorOf,
  FrameStream,
  joinDatagrams,
  protocolError,
} from '@socketserver/core/workers';
import { DESCRIPTORS_FD, FRAMES_FD, MAX_FROM_CHILD, MAX_TO_CHILD, type StartMessage } from '../protocol.js';
import type { ProcessChannel, ProcessChannelEvents, ToProcess } from './process-channel.js';

/** Connections that are sent together: enough that waking the child costs each of them little. */
const MOST_SOCKETS = 16;

/** Bytes that may wait for a child that does not read: more than the answers to all the datagrams that a handler may send. */
const MAX_UNSENT = 16 * 1_048_576;

/**
 * A child's channel on two pairs of sockets of its own: frames, and descriptors (SCM_RIGHTS), of which any number can go at
 * once. Node's IPC channel passes one at a time, and its parser throws in the parent whatever a child makes it throw.
 */
export class FrameChannel implements ProcessChannel {
  readonly mostSockets = MOST_SOCKETS;
  readonly #stream: FrameStream | undefined;
  readonly #descriptors: Socket | undefined;
  readonly #pipe: DescriptorPipe | undefined;
  readonly #events: ProcessChannelEvents;

  constructor(child: ChildProcess, events: ProcessChannelEvents) {
    // A process that was not started has no pipes: for want of descriptors (EMFILE), not even a list of none.
    const stdio = child.stdio as typeof child.stdio | undefined;
    const [frames, descriptors] = [stdio?.[FRAMES_FD], stdio?.[DESCRIPTORS_FD]];
    this.#events = events;
    if (!(frames instanceof Socket) || !(descriptors instanceof Socket)) return;
    this.#stream = new FrameStream(frames, {
      maxIn: MAX_FROM_CHILD,
      maxOut: MAX_TO_CHILD,
      onMessages: events.onMessages,
      onBroken: events.onBroken,
      onEnd: events.onEnd,
    });
    this.#descriptors = descriptors;
    this.#pipe = DescriptorPipe.over(descriptorOf(descriptors));
    descriptors.on('data', () => events.onBroken(protocolError('nothing on the descriptor pipe', 'bytes')));
    descriptors.once('end', events.onEnd);
    descriptors.on('error', isFollowedByEnd);
  }

  get hasEnded(): boolean {
    return this.#stream?.hasEnded ?? true;
  }

  start(message: StartMessage): void {
    this.#stream?.write([message]);
  }

  send(batch: readonly ToProcess[]): boolean {
    const stream = this.#stream;
    if (stream === undefined || stream.hasEnded) return true; // its end is near, and others get what it was given
    const sockets = batch.map(({ attachment }) => attachment).filter((socket) => socket !== undefined);
    // Before the messages: a child that reads of connections finds them there.
    const sent = sockets.length === 0 || this.#sendDescriptors(sockets);
    const told = sent ? batch : batch.filter(({ attachment }) => attachment === undefined);
    if (told.length > 0) stream.write(joinDatagrams(told.map(({ message }) => message)));
    if (stream.unsentBytes > MAX_UNSENT) {
      this.#events.onBroken(
        protocolError('a child that reads', `${stream.unsentBytes} bytes that wait for it`),
      );
    }
    return sent;
  }

  close(): void {
    this.#stream?.close();
    this.#descriptors?.destroy();
  }

  #sendDescriptors(sockets: readonly Socket[]): boolean {
    // Node closes it soon after the child's end; its number is then given to whoever connects next.
    if (this.#descriptors?.destroyed !== false) return false;
    return this.#pipe?.send(sockets.map(descriptorOf)) === true;
  }
}

function isFollowedByEnd(): void {}
