import { Socket } from 'node:net';
import { parentPort } from 'node:worker_threads';
import { serveUpper } from '../handlers/upper.js';

parentPort?.on('message', (sent: number | Socket) => {
  const socket = typeof sent === 'number' ? new Socket({ fd: sent, allowHalfOpen: true }) : sent;
  socket.on('error', () => socket.destroy());
  serveUpper(socket, () => socket.end());
});
