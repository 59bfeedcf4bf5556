import {
  checkUnixAddress,
  type InheritedAddress,
  type ServerAddress,
  type UnixServerAddress,
} from './address.js';
import type { StreamListener } from './sources/stream-listener.js';
import type { UnixOwner } from './sources/unix-path.js';
import { TCPServer } from './tcp-server.js';

/** Serves Unix stream connections, one at a time. The address is a path, `{path}` or `{fd}`. */
export class UnixStreamServer extends TCPServer<UnixServerAddress> {
  /** Mode of the socket file, which it has from its first moment on: who may connect. @default 0o600 */
  mode = 0o600;
  /** Owner of the socket file, likewise; another than this process's own takes the right to give files away. @default null */
  chown: UnixOwner | null = null;

  protected override checkAddress(address: ServerAddress): ServerAddress {
    return checkUnixAddress(address);
  }

  protected override openSource(address: ServerAddress): StreamListener {
    return this.listenerAt(unixAddress(address), { mode: this.mode, owner: this.chown });
  }
}

/** A plain string is a path. */
export function unixAddress(address: ServerAddress): UnixServerAddress | InheritedAddress {
  return typeof address === 'string' ? { path: address } : (address as UnixServerAddress | InheritedAddress);
}
