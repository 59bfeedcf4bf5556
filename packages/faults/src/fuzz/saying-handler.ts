import { writeSync } from 'node:fs';
import { StreamRequestHandler } from '@socketserver/core';

/** Where a child has its stream of frames, and the bytes of a length in it. */
const FRAMES_FD = 3;
const LENGTH = 4;

/** Says to the parent process what the client wants; or answers the line. */
export default class Saying extends StreamRequestHandler {
  override async handle(): Promise<void> {
    const line = (await this.rfile.readLine()).toString();
    if (!line.startsWith('say ')) {
      await this.wfile.write(line);
      return;
    }
    say(line.slice('say '.length).trimEnd());
    await new Promise(() => {});
  }
}

/** @param json - what a frame of the child says */
function say(json: string): void {
  const text = Buffer.from(json);
  const frame = Buffer.alloc(2 * LENGTH + text.length);
  frame.writeUInt32BE(LENGTH + text.length, 0);
  frame.writeUInt32BE(text.length, LENGTH);
  text.copy(frame, 2 * LENGTH);
  writeSync(FRAMES_FD, frame);
}
