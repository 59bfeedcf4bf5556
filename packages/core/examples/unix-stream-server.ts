// Answers in upper case on a Unix socket: node unix-stream-server.js [path]
import { UnixStreamServer } from '@socketserver/core';

const path = process.argv[2] ?? '/tmp/upper.sock';
await using server = new UnixStreamServer(path, new URL('./upper.js', import.meta.url));
process.once('SIGINT', () => void server.close()); // removes the path
await server.listen();
console.log(`Listening on ${path}; try: echo hello | nc -N -U ${path}`);
await server.serveForever();
