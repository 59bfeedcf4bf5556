import { writeSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
import { StreamRequestHandler } from '@socketserver/core';
import { port } from '../handlers/rubbish.js';

/** Where a child has its stream of frames, and the bytes of a length in it. */
const FRAMES_FD = 3;
const LENGTH = 4;
const MAX_LINE = 1_048_576;

/** Says to the main side what the client wants; or answers the line. */
export default class Saying extends StreamRequestHandler {
  override async handle(): Promise<void> {
    const line = (await this.rfile.readLine(MAX_LINE)).toString();
    const [order, ...rest] = line.trimEnd().split(' ');
    switch (order) {
      case 'say':
        await say(rest.join(' '));
        await new Promise(() => {});
        return;
      /** Raw bytes to a descriptor of a child, which then ends: some of them are the beginning of a frame. */
      case 'write':
        writeSync(Number(rest[0]), Buffer.from(rest[1] ?? '', 'hex'));
        process.exit(3);
      // oxlint-disable-next-line no-fallthrough -- it does not return
      default:
        await this.wfile.write(line);
    }
  }
}

async function say(json: string): Promise<void> {
  if (isMainThread) writeFrame(json);
  else (await port).postMessage(JSON.parse(json));
}

/** @param json - what a frame of the child says */
function writeFrame(json: string): void {
  const text = Buffer.from(json);
  const frame = Buffer.alloc(2 * LENGTH + text.length);
  frame.writeUInt32BE(LENGTH + text.length, 0);
  frame.writeUInt32BE(text.length, LENGTH);
  text.copy(frame, 2 * LENGTH);
  writeSync(FRAMES_FD, frame);
}
