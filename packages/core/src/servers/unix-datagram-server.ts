import {
  checkUnixAddress,
  type InheritedAddress,
  type ServerAddress,
  type UnixServerAddress,
} from '../address.js';
import type { SocketLimits } from '../execution/request-limits.js';
import { freezeFields, watchFields } from './field-rules.js';
import { checkUnixFields, DEFAULT_MODE, NO_HOST_RULES } from './socket-fields.js';
import { UnixDatagramReceiver } from '../sources/unix-datagram-receiver.js';
import type { UnixOwner } from '../sources/unix-path.js';
import { UDPServer } from './udp-server.js';

/** Datagrams that a server takes from the kernel beyond those that may wait, so that it notices what it has to drop. */
const DROP_AHEAD = 64;
/** Datagrams that a concurrent server takes from the kernel ahead of its loop, which hides a thread's latency. */
const READ_AHEAD = 64;

/**
 * Serves Unix datagrams, one at a time. The address is a path, `{path}` or `{fd}`. Needs koffi, because Node has
 * no such sockets.
 */
export class UnixDatagramServer extends UDPServer<UnixServerAddress> {
  /**
   * Mode of the socket file, which it has from its first moment on: who may send (0o000 to 0o777; writing is what counts,
   * unix(7)). An abstract name has no file, and everybody may send: 0o666 is the only mode that is taken there. Frozen.
   * @default 0o600
   */
  mode = DEFAULT_MODE;
  /** Owner of the socket file, likewise; another than this process's own takes the right to give files away. Frozen. @default null */
  chown: UnixOwner | null = null;
  /** Takes over the path that a dead server has left behind; `false`: fails with EADDRINUSE. Frozen. @default true */
  override allowReuseAddress = true;

  /**
   * Milliseconds that a receiver whose queue is full may take nothing: then the answers that wait for it are dropped and counted
   * as unsent, and `sendTo` rejects with ERR_SOCKETSERVER_TIMEOUT. A datagram may be lost anyway, and a server without a mixin
   * serves nobody meanwhile: so it is short. Live. @default 1000; null: for ever
   */
  writeTimeout: number | null = 1_000;

  override get addressFamily(): string {
    return 'AF_UNIX';
  }

  get #readAhead(): number {
    if (this.overload === 'reject') return this.maxQueuedDatagrams + DROP_AHEAD;
    return this.concurrent ? READ_AHEAD : 1;
  }

  protected override checkAddress(address: ServerAddress): ServerAddress {
    return checkUnixAddress(address);
  }

  protected override checkSocketFields(): void {
    checkUnixFields('Unix datagram', this);
  }

  protected override guardFields(): void {
    super.guardFields();
    freezeFields(this, ['mode', 'chown']);
    watchFields(this, NO_HOST_RULES);
  }

  protected override socketLimits(): SocketLimits {
    return { ...super.socketLimits(), writeTimeout: this.writeTimeout };
  }

  protected override openSource(address: ServerAddress): UnixDatagramReceiver {
    return new UnixDatagramReceiver({
      address: address as UnixServerAddress | InheritedAddress,
      file: { mode: this.mode, owner: this.chown, takeOver: this.allowReuseAddress },
      maxPacketSize: this.maxPacketSize,
      readAhead: () => this.#readAhead,
      writeTimeout: () => this.writeTimeout,
      queue: this.datagramQueue,
    });
  }
}
