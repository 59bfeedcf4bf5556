// Serves processes of its own user, at an abstract name, which has no mode: node own-user-server.js [name]
import type { Socket } from 'node:net';
import { AsyncUnixStreamServer, peerCredentials } from '@socketserver/core';

class OwnUserServer extends AsyncUnixStreamServer {
  override mode = 0o666; // everybody may connect …

  override verifyRequest(request: Socket) {
    const { pid, uid } = peerCredentials(request); // … and is asked who they are
    console.log(`Process ${pid} of user ${uid}`);
    return uid === process.getuid?.();
  }
}

const name = `\0${process.argv[2] ?? 'own-user'}`;
await using server = new OwnUserServer(name, new URL('./upper.js', import.meta.url));
await server.listen();
console.log('Listening');
await server.serveForever();
