import type { Socket } from 'node:dgram';
import {
  checkInetAddress,
  type BoundAddress,
  type BoundInetAddress,
  type InheritedAddress,
} from './address.js';
import type { InetServerAddress, ServerAddress } from './address.js';
import { BaseServer } from './base-server.js';
import type { DatagramRequest } from './datagram.js';
import { badArgument } from './errors.js';
import type { RequestHandlerSource } from './engine/handler-reference.js';
import { checkCount } from './handlers/stream-reader.js';
import { familyOfDescriptor } from './native/socket-kind.js';
import { DatagramReceiver, familyOf, type DatagramQueue } from './sources/datagram-receiver.js';
import type { RequestSource } from './sources/request-source.js';

/** Serves UDP datagrams, one at a time: the next one waits in the kernel's buffer until this one has ended. */
export class UDPServer<Address extends BoundAddress = BoundInetAddress> extends BaseServer<
  DatagramRequest,
  Address
> {
  readonly socketType = 'datagram' as const;
  /** With SO_REUSEADDR two UDP sockets can have one port, and one of them gets nothing (socket(7)). @default false */
  override allowReuseAddress = false;
  /** Bytes of a datagram that are kept; the rest is cut off, as recvfrom(2) does. @default 8192 */
  maxPacketSize = 8_192;
  /** Datagrams that may wait in this process. Further ones are dropped, and counted as rejected. @default 1024 */
  maxQueuedDatagrams = 1_024;
  /** Which one is dropped when another comes: late news may be worth more than old. @default 'newest' */
  dropFirst: 'newest' | 'oldest' = 'newest';

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

  override get socket(): Socket | undefined {
    return super.socket as Socket | undefined;
  }

  /** Nothing to shut down: a datagram has no connection. */
  override shutdownRequest(request: DatagramRequest): void | Promise<void> {
    return this.closeRequest(request);
  }

  /** Nothing to close. */
  override closeRequest(_request: DatagramRequest): void | Promise<void> {}

  protected override checkAddress(address: ServerAddress): ServerAddress {
    return checkInetAddress(address);
  }

  /** How datagrams wait, as the fields say. @throws {SocketServerError} ERR_SOCKETSERVER_BAD_ARGUMENT */
  protected get datagramQueue(): DatagramQueue {
    checkCount(this.maxQueuedDatagrams, 'maxQueuedDatagrams');
    if (this.dropFirst !== 'newest' && this.dropFirst !== 'oldest') {
      throw badArgument('dropFirst', "'newest' or 'oldest'", this.dropFirst);
    }
    return { size: this.maxQueuedDatagrams, drop: this.dropFirst };
  }

  protected override openSource(address: ServerAddress): RequestSource<DatagramRequest> {
    checkCount(this.maxPacketSize, 'maxPacketSize');
    const inet = address as InetServerAddress | InheritedAddress;
    return new DatagramReceiver({
      address: inet,
      family: 'fd' in inet ? familyOfDescriptor(inet.fd) : familyOf(inet.host),
      reuseAddress: this.allowReuseAddress,
      reusePort: this.allowReusePort,
      maxPacketSize: this.maxPacketSize,
      queue: this.datagramQueue,
    });
  }
}
