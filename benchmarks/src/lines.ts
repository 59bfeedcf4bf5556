import type { Readable } from 'node:stream';
import { createInterface } from 'node:readline';

/** Calls `listener` with each line that comes, as the JSON value it is. */
export function onJsonLine<Message>(input: Readable, listener: (message: Message) => void): void {
  createInterface({ input }).on('line', (line) => listener(JSON.parse(line) as Message));
}

export function writeJsonLine(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
