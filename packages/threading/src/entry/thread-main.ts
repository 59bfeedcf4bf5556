// What runs in a thread, once piscina has called worker.cts. The main side is driver/thread-worker.ts.
import type { Socket } from 'node:net';
import { getHeapStatistics } from 'node:v8';
import type { MessagePort } from 'node:worker_threads';
import {
  Batcher,
  MainSide,
  openConnection,
  readyConnection,
  RequestExecutor,
  serializeError,
  splitDatagrams,
  type DatagramMessage,
  type FromWorker,
  type StreamMessage,
  type ToWorker,
} from '@socketserver/core/workers/runtime';
import { StartMarker } from '../driver/start-marker.js';
import type { ThreadReady, ThreadStart } from '../driver/thread-start.js';

/** The one task of a thread's piscina: loads the handler, and listens to the port, over which the rest comes. */
export async function startThread(start: ThreadStart): Promise<ThreadReady> {
  const thread = new Thread(start);
  try {
    await thread.executor.load(start);
    return { type: 'loaded' };
  } catch (error) {
    return { type: 'failed', error: serializeError(error) };
  }
}

class Thread {
  readonly executor: RequestExecutor;
  readonly #main: MainPort;
  readonly #marker: StartMarker;

  constructor({ port, marker }: ThreadStart) {
    this.#main = new MainPort(port);
    this.#marker = new StartMarker(marker);
    this.executor = new RequestExecutor(this.#main, usedMemory);
    port.on('message', (messages: ToWorker[]) => {
      // What has ended is told before anything begins that might hold up this thread.
      this.#main.flush();
      for (const message of messages) this.#receive(message);
    });
    // A thread that ends in the middle of a turn still says what had ended before.
    process.once('exit', () => {
      this.executor.leave();
      this.#main.flush();
    });
  }

  #receive(message: ToWorker): void {
    switch (message.type) {
      case 'stream':
        this.#startStream(message);
        return;
      case 'datagrams':
        for (const datagram of splitDatagrams(message)) this.#startDatagram(datagram);
        return;
      case 'end':
        void this.#end();
        return;
      default:
        this.executor.receive(message);
    }
  }

  #startStream(message: StreamMessage): void {
    const { id, sequence = 0, connection } = message;
    // In this order: a descriptor that the main side takes for untouched must be untouched.
    if (!this.#marker.start(sequence)) return;
    let socket: Socket;
    try {
      socket =
        typeof connection === 'number' ? openConnection(connection) : readyConnection(connection as Socket);
    } catch (error) {
      this.#main.post({ type: 'ended', id, end: { error: serializeError(error) } });
      return;
    } finally {
      this.#marker.taken();
    }
    this.executor.runStream(message, socket);
  }

  #startDatagram(message: DatagramMessage): void {
    if (!this.#marker.start(message.sequence ?? 0)) return;
    this.#marker.taken(); // nothing that would have to be closed
    this.executor.runDatagram(message);
  }

  async #end(): Promise<void> {
    await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
    this.#main.post({ type: 'over' });
  }
}

/** The port to the main side. */
class MainPort extends MainSide {
  readonly #port: MessagePort;
  readonly #batcher = new Batcher(() => this.flush());

  constructor(port: MessagePort) {
    super();
    this.#port = port;
  }

  protected flushSoon(): void {
    this.#batcher.add();
  }

  protected send(messages: readonly FromWorker[]): void {
    this.#port.postMessage(messages);
  }
}

/** Bytes of this thread's own heap and buffers: the resident set is the whole process's. */
function usedMemory(): number {
  const { used_heap_size, external_memory } = getHeapStatistics();
  return used_heap_size + external_memory;
}

/** What a thread prints passes through the main thread, piece by piece. */
function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve());
  });
}
