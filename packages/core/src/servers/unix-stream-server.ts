import {
  checkUnixAddress,
  type InheritedAddress,
  type ServerAddress,
  type UnixServerAddress,
} from '../address.js';
import { unsupported } from '../errors.js';
import { freezeFields, watchFields } from './field-rules.js';
import { checkUnixFields, DEFAULT_MODE, NO_HOST_RULES } from './socket-fields.js';
import { StreamListener } from '../sources/stream-listener.js';
import type { UnixOwner } from '../sources/unix-path.js';
import { TCPServer } from './tcp-server.js';

/** Serves Unix stream connections, one at a time. The address is a path, `{path}` or `{fd}`. */
export class UnixStreamServer extends TCPServer<UnixServerAddress> {
  /**
   * Mode of the socket file, which it has from its first moment on: who may connect (0o000 to 0o777; writing is what counts,
   * unix(7)). An abstract name has no file, and everybody may connect: 0o666 is the only mode that is taken there. Frozen.
   * @default 0o600
   */
  mode = DEFAULT_MODE;
  /** Owner of the socket file, likewise; another than this process's own takes the right to give files away. Frozen. @default null */
  chown: UnixOwner | null = null;
  /** Takes over the path that a dead server has left behind; `false`: fails with EADDRINUSE. Frozen. @default true */
  override allowReuseAddress = true;
  /** Always null: the kernel tells at once when a local client ends. Another value is refused by `listen()`. Frozen. @default null */
  override keepAlive: number | null = null;

  override get addressFamily(): string {
    return 'AF_UNIX';
  }

  protected override checkAddress(address: ServerAddress): ServerAddress {
    return checkUnixAddress(address);
  }

  protected override checkSocketFields(): void {
    if (this.keepAlive !== null) {
      throw unsupported({
        field: 'keepAlive',
        expected: 'null for a Unix server',
        got: this.keepAlive,
        cure: 'the kernel tells at once when a local client ends: leave it null',
      });
    }
    checkUnixFields('Unix stream', this);
  }

  protected override guardFields(): void {
    super.guardFields();
    freezeFields(this, ['mode', 'chown']);
    watchFields(this, NO_HOST_RULES);
  }

  protected override openSource(address: ServerAddress): StreamListener {
    const {
      requestQueueSize: backlog,
      pauseOnConnect,
      mode,
      chown: owner,
      allowReuseAddress: takeOver,
    } = this;
    return new StreamListener({
      address: address as UnixServerAddress | InheritedAddress,
      backlog,
      pauseOnConnect,
      file: { mode, owner, takeOver },
    });
  }
}
