import type { Socket } from 'node:net';
import type { WorkSizes } from '../protocol.js';
import { answerTo, prepare } from './work.js';

export interface Service {
  readonly sizes: WorkSizes;
  /** The client has sent its last, and has all its answers. */
  readonly ended: () => void;
}

/** Answers in upper case whatever comes, by events alone. The same code serves raw sockets and our handlers. */
export function serveUpper(socket: Socket, { sizes, ended }: Service): void {
  let preparing = 0;
  let isLast = false;
  socket.on('data', (data: Buffer) => {
    const prepared = prepare(data, sizes);
    if (prepared === undefined) {
      socket.write(answerTo(data, sizes));
      return;
    }
    preparing++;
    void prepared.then(() => {
      preparing--;
      socket.write(answerTo(data, sizes));
      if (isLast && preparing === 0) ended();
    });
  });
  socket.on('end', () => {
    isLast = true;
    if (preparing === 0) ended();
  });
}

/** The whole handler, for strategies that have nothing but a socket. */
export function serveRaw(socket: Socket, sizes: WorkSizes): void {
  socket.on('error', () => socket.destroy());
  serveUpper(socket, { sizes, ended: () => socket.end() });
}
