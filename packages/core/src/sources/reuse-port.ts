import { SocketServerError } from '../errors.js';

/**
 * Older Nodes ignore the option in silence.
 * @throws {SocketServerError} ERR_SOCKETSERVER_UNSUPPORTED
 */
export function checkReusePort(): void {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 23 || (major === 23 && minor >= 1) || (major === 22 && minor >= 12)) return;
  throw new SocketServerError(
    'ERR_SOCKETSERVER_UNSUPPORTED',
    `Expected Node 22.12 or newer for \`allowReusePort\`, got ${process.versions.node}; leave it false, or upgrade`,
  );
}
