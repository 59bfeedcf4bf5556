import type { Readable } from 'node:stream';
import { createInterface } from 'node:readline';

/**
 * Calls `listener` with each line that comes and is a JSON object. Others are no messages: a handler may print what
 * it likes.
 */
export function onJsonLine<Message>(input: Readable, listener: (message: Message) => void): void {
  createInterface({ input }).on('line', (line) => {
    const message = parse(line);
    if (typeof message === 'object' && message !== null) listener(message as Message);
  });
}

export function writeJsonLine(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
