import { closeSync, writeSync } from 'node:fs';
import { isMainThread, MessagePort } from 'node:worker_threads';

/** Where a child has its stream of frames, and its pipe of descriptors. */
const FRAMES_FD = 3;
const DESCRIPTORS_FD = 4;
/** More than the kernel keeps for a reader: the rest waits for the parent to read. */
const BLOCK = 1 << 20;
const BLOCKS = 20;

/** What a child may write to its parent, by name. Some of it ended the parent when it was Node's own channel that read it. */
const OF_CHILDREN: Readonly<Record<string, () => void>> = {
  'half-a-frame': () => write(FRAMES_FD, '{\n'),
  'an-acknowledgement': () => write(FRAMES_FD, '{"cmd":"NODE_HANDLE_ACK"}\n'),
  'an-empty-frame': () => write(FRAMES_FD, '\0\0\0\0'),
  'no-newline': () => {
    for (let block = 0; block < BLOCKS; block++) write(FRAMES_FD, 'a'.repeat(BLOCK));
  },
  'bytes-beside-descriptors': () => write(DESCRIPTORS_FD, 'abc'),
  'the-end-of-the-channel': () => closeSync(FRAMES_FD),
};

/** What a thread may say to the main thread, by name. */
const OF_THREADS: Readonly<Record<string, () => unknown>> = {
  text: () => 'text',
  nothing: () => [null],
  'a-strange-id': () => [99_999],
  'a-cause-that-is-null': () => [
    { type: 'failed', error: { name: 'Error', message: '', stack: '', cause: null } },
  ],
  'a-circle': () => [{ type: 'failed', error: chain(0) }],
  'a-deep-chain': () => [{ type: 'failed', error: chain(1_000) }],
  'an-end-of-nothing': () => [{ type: 'ended', id: 1, end: { error: chain(20), cut: 'yes' } }],
};

export const RUBBISH = { forking: Object.keys(OF_CHILDREN), threading: Object.keys(OF_THREADS) };

/** The port through which this thread speaks to the main thread, as soon as it does: it answers pings. */
export const port = new Promise<MessagePort>((resolve) => {
  if (isMainThread) return;
  const postMessage = Object.getOwnPropertyDescriptor(MessagePort.prototype, 'postMessage')
    ?.value as MessagePort['postMessage'];
  MessagePort.prototype.postMessage = function remember(this: MessagePort, ...args): void {
    // What is told in lists is told by this library.
    if (Array.isArray(args[0])) resolve(this);
    postMessage.apply(this, args);
  };
});

/** Says to the main side what no worker may. */
export async function sayRubbish(name: string): Promise<void> {
  if (isMainThread) OF_CHILDREN[name]?.();
  else (await port).postMessage(OF_THREADS[name]?.());
}

function write(fd: number, text: string): void {
  const bytes = Buffer.from(text, 'latin1');
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(fd, bytes, at);
    } catch (error) {
      // The parent has not read what was written before. It kills this process as soon as it has.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    }
  }
}

/** An error with so many causes, one of the other; 0: it is its own cause. */
function chain(causes: number): object {
  const last: { name: string; message: string; cause?: object } = { name: 'Error', message: '' };
  if (causes === 0) last.cause = last;
  let error = last;
  for (let count = 0; count < causes; count++) error = { name: 'Error', message: '', cause: error };
  return error;
}
