import type { Socket } from 'node:net';

/** The work of every handler here: the README's. */
export function upper(data: Buffer): string {
  return data.toString().toUpperCase();
}

/** Answers in upper case whatever comes, by events alone. The same code serves raw sockets and our handlers. */
export function serveUpper(socket: Socket, ended: () => void): void {
  socket.on('data', (data: Buffer) => socket.write(upper(data)));
  socket.on('end', ended);
}
