import { parentPort, workerData } from 'node:worker_threads';
import { needLibc } from '../native/libc.js';
import { decodeSockaddrUn, SOCKADDR_UN_SIZE } from '../native/sockaddr-un.js';
import { CLOSED, LIMIT, TAKEN, type ReaderData, type ReaderMessage } from './unix-datagram-protocol.js';

// The thread that blocks in recvfrom(2) for a Unix datagram socket: Node has no such sockets, and no way to wait
// for a descriptor that is not its own. The main side opens and closes the gate; to end the thread it sets
// CLOSED and shuts the socket down, which wakes it wherever it waits.

const { fd, maxPacketSize, gate, ...data } = workerData as ReaderData;
const cells = new Int32Array(gate);
const libc = needLibc('Unix datagram sockets');
const packet = Buffer.alloc(maxPacketSize);
const from = Buffer.alloc(SOCKADDR_UN_SIZE);
const length = new Int32Array(1);
const EINTR = 4;
/** Between a failure and the next try: the main side reports one, and a lasting one must not keep a CPU busy. */
const RETRY_MS = 100;

Atomics.store(cells, TAKEN, data.taken);
post({ type: 'ready' });
for (let { taken } = data; isOpen(taken);) {
  length[0] = SOCKADDR_UN_SIZE;
  const size = Number(libc.recvfrom(fd, packet, packet.length, 0, from, length));
  // A socket that was shut down returns what looks like an empty datagram; CLOSED tells them apart.
  if (Atomics.load(cells, CLOSED) === 1) break;
  if (size >= 0) {
    taken = (taken + 1) | 0;
    Atomics.store(cells, TAKEN, taken);
    const copy = new Uint8Array(packet.subarray(0, size));
    post({ type: 'datagram', packet: copy, path: decodeSockaddrUn(from, length[0]) }, [copy.buffer]);
  } else if (libc.errno() !== EINTR) {
    post({ type: 'failed', errno: libc.errno() });
    Atomics.wait(cells, CLOSED, 0, RETRY_MS);
  }
}

/** Waits until another datagram may be taken. @returns false when the thread has to end */
function isOpen(taken: number): boolean {
  for (;;) {
    const limit = Atomics.load(cells, LIMIT);
    if (Atomics.load(cells, CLOSED) === 1) return false;
    if (((limit - taken) | 0) > 0) return true;
    Atomics.wait(cells, LIMIT, limit);
  }
}

function post(message: ReaderMessage, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer);
}
