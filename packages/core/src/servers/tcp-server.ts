import type { Server, Socket } from 'node:net';
import {
  addressFamilyOf,
  checkInetAddress,
  type BoundAddress,
  type BoundInetAddress,
  type InheritedAddress,
} from '../address.js';
import type { InetAddress, InetServerAddress, ServerAddress, UnixAddress } from '../address.js';
import { unsupported } from '../errors.js';
import { BaseServer } from './base-server.js';
import type { RequestHandlerSource } from '../execution/handler-reference.js';
import { MAX_READ_BYTES, type SocketLimits } from '../execution/request-limits.js';
import { shutdownStream } from '../io/shutdown-stream.js';
import { freezeFields } from './field-rules.js';
import { checkInetFields, checkKeepAlive } from './socket-fields.js';
import type { RequestSource } from '../sources/request-source.js';
import { checkCount } from '../validation.js';
import { StreamListener } from '../sources/stream-listener.js';

/**
 * Serves TCP connections, one at a time: the next one waits in the kernel's backlog until this one has ended.
 * A mixin serves many at once.
 */
export class TCPServer<Address extends BoundAddress = BoundInetAddress> extends BaseServer<Socket, Address> {
  readonly socketType = 'stream' as const;
  /** Always true: Node sets SO_REUSEADDR on every TCP socket. `false` is refused by `listen()`. Frozen. @default true */
  override allowReuseAddress = true;
  /**
   * Takes IPv6 clients only, and leaves the port free for a server of IPv4. Otherwise a server without a host, or on
   * `::`, serves both (dual-stack). Frozen. @default false
   */
  ipv6Only = false;
  /**
   * Milliseconds of silence after which the kernel asks whether the client is still there (TCP keep-alive, tcp(7)), in
   * whole seconds, from 1000 to 32767000. One that does not answer ten times, a second apart, is gone: its connection
   * fails with ETIMEDOUT. `null`: it may stay for ever. Frozen. @default 60000
   */
  keepAlive: number | null = 60_000;
  /**
   * Milliseconds that a client may take for its first byte, before it fails as under `requestTimeout`. Not for
   * protocols in which the server speaks first and the client may stay silent. Live, for requests that begin afterwards. @default null: for ever
   */
  handshakeTimeout: number | null = null;
  /**
   * Milliseconds that a client may take nothing of what is sent to it, before it fails likewise: while something waits to
   * be sent, whoever wrote it. One that takes a little now and then may take for ever. Live likewise.
   * @default 60000; null: for ever
   */
  writeTimeout: number | null = 60_000;
  /**
   * Bytes that one read of `rfile` gathers: `read()` without a count, `readExactly()`, and a line whatever its own limit is.
   * What needs more fails with ERR_SOCKETSERVER_READ_TOO_LARGE. Live likewise. @default 16777216; null, Infinity: no limit
   */
  maxReadSize: number | null = MAX_READ_BYTES;

  constructor(
    serverAddress: Address extends BoundInetAddress ? InetAddress : UnixAddress,
    RequestHandlerClass: RequestHandlerSource<Socket>,
  ) {
    super(serverAddress, RequestHandlerClass);
  }

  get addressFamily(): string {
    return addressFamilyOf(this.serverAddress);
  }

  override get socket(): Server | undefined {
    return super.socket as Server | undefined;
  }

  override shutdownRequest(request: Socket): Promise<void> {
    return shutdownStream(request);
  }

  override closeRequest(request: Socket): void {
    request.destroy();
  }

  protected override socketLimits(): SocketLimits {
    const { handshakeTimeout, writeTimeout, maxReadSize } = this;
    return { handshakeTimeout, writeTimeout, maxReadSize };
  }

  protected override checkAddress(address: ServerAddress): ServerAddress {
    return checkInetAddress(address);
  }

  protected override checkFields(): void {
    super.checkFields();
    checkCount('requestQueueSize', this.requestQueueSize);
    this.checkSocketFields();
  }

  /** The part of `checkFields` that a Unix server has in another form. */
  protected checkSocketFields(): void {
    checkKeepAlive(this.keepAlive);
    if (!this.allowReuseAddress) {
      throw unsupported({
        field: 'allowReuseAddress',
        expected: 'true for a TCP server',
        got: this.allowReuseAddress,
        cure: 'Node always sets SO_REUSEADDR for TCP: leave it true',
      });
    }
    checkInetFields('TCP', this);
  }

  protected override guardFields(): void {
    super.guardFields();
    freezeFields(this, ['ipv6Only', 'keepAlive']);
  }

  protected override openSource(address: ServerAddress): RequestSource<Socket> {
    const {
      requestQueueSize: backlog,
      pauseOnConnect,
      keepAlive,
      ipv6Only,
      allowReusePort: reusePort,
    } = this;
    return new StreamListener({
      address: address as InetServerAddress | InheritedAddress,
      backlog,
      pauseOnConnect,
      tcp: { keepAlive, ipv6Only, reusePort },
    });
  }
}
