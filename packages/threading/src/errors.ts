import { SocketServerError } from '@socketserver/core';

export function alreadyRead(bytes: number): SocketServerError {
  return new SocketServerError(
    'ERR_SOCKETSERVER_ALREADY_READ',
    `Expected a connection that nobody has read from, got one with ${bytes} bytes read on the main side; ` +
      'read in the handler, not in verifyRequest()',
  );
}
