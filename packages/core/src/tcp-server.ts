import type { Server, Socket } from 'node:net';
import {
  checkInetAddress,
  type BoundAddress,
  type BoundInetAddress,
  type InheritedAddress,
} from './address.js';
import type { InetServerAddress, ServerAddress, UnixServerAddress } from './address.js';
import { BaseServer } from './base-server.js';
import type { RequestHandlerSource } from './engine/handler-reference.js';
import type { RequestLimits } from './engine/request-limits.js';
import { checkCount } from './handlers/stream-reader.js';
import { shutdownStream } from './handlers/shutdown-stream.js';
import type { RequestSource } from './sources/request-source.js';
import { StreamListener } from './sources/stream-listener.js';
import type { UnixOwner } from './sources/unix-path.js';
import { familyOf } from './sources/datagram-receiver.js';

/**
 * Serves TCP connections, one at a time: the next one waits in the kernel's backlog until this one has ended.
 * A mixin serves many at once.
 */
export class TCPServer<Address extends BoundAddress = BoundInetAddress> extends BaseServer<Socket, Address> {
  readonly socketType = 'stream' as const;
  /**
   * Milliseconds that a client may take for its first byte, before it fails as under `requestTimeout`. Not for
   * protocols in which the server speaks first and the client may stay silent. @default null: for ever
   */
  handshakeTimeout: number | null = null;
  /** Milliseconds that a client may take nothing of what is sent to it, before it fails likewise. @default null: for ever */
  writeTimeout: number | null = null;

  constructor(
    serverAddress: Address extends BoundInetAddress ? InetServerAddress | InheritedAddress : ServerAddress,
    RequestHandlerClass: RequestHandlerSource,
  ) {
    super(serverAddress, RequestHandlerClass);
  }

  get addressFamily(): string {
    const { serverAddress } = this;
    if ('path' in serverAddress) return 'AF_UNIX';
    return familyOf(serverAddress.host) === 'IPv6' ? 'AF_INET6' : 'AF_INET';
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

  protected override streamLimits(): Pick<RequestLimits, 'handshakeTimeout' | 'writeTimeout'> {
    const { handshakeTimeout, writeTimeout } = this;
    return { handshakeTimeout, writeTimeout };
  }

  protected override checkAddress(address: ServerAddress): ServerAddress {
    return checkInetAddress(address);
  }

  protected override openSource(address: ServerAddress): RequestSource<Socket> {
    return this.listenerAt(address as InetServerAddress | InheritedAddress);
  }

  /** The listener of a TCP or Unix server, as the fields tune it. */
  protected listenerAt(
    address: InetServerAddress | UnixServerAddress | InheritedAddress,
    file: { mode: number; owner: UnixOwner | null } = { mode: 0, owner: null },
  ): StreamListener {
    checkCount(this.requestQueueSize, 'requestQueueSize');
    return new StreamListener({
      address,
      backlog: this.requestQueueSize,
      ...file,
      reusePort: this.allowReusePort,
      pauseOnConnect: this.pauseOnConnect,
    });
  }
}
