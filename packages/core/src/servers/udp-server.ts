import type { Socket } from 'node:dgram';
import {
  addressFamilyOf,
  checkInetAddress,
  isInherited,
  type BoundAddress,
  type BoundInetAddress,
  type InheritedAddress,
} from '../address.js';
import type { InetAddress, InetServerAddress, ServerAddress, UnixAddress } from '../address.js';
import { BaseServer } from './base-server.js';
import type { DatagramRequest } from '../datagram.js';
import { badArgument, unsupported } from '../errors.js';
import type { RequestHandlerSource } from '../execution/handler-reference.js';
import { freezeFields } from './field-rules.js';
import { checkInetFields } from './socket-fields.js';
import { DatagramReceiver, type DatagramQueue } from '../sources/datagram-receiver.js';
import type { RequestSource } from '../sources/request-source.js';
import { checkCount } from '../validation.js';

/** What `BaseServer` has, and a datagram server cannot use. */
const DEFAULT_QUEUE_SIZE = 1_024;

/** Serves UDP datagrams, one at a time: the next one waits in the kernel's buffer until this one has ended. */
export class UDPServer<Address extends BoundAddress = BoundInetAddress> extends BaseServer<
  DatagramRequest,
  Address
> {
  readonly socketType = 'datagram' as const;
  /** With SO_REUSEADDR two UDP sockets can have one port, and one of them gets nothing (socket(7)). Frozen. @default false */
  override allowReuseAddress = false;
  /**
   * Takes IPv6 clients only, and leaves the port free for a server of IPv4. Otherwise a server without a host, or on
   * `::`, serves both (dual-stack). Frozen. @default false
   */
  ipv6Only = false;
  /** Bytes of a datagram that are kept; the rest is cut off, as recvfrom(2) does. Frozen. @default 8192 */
  maxPacketSize = 8_192;
  /** Datagrams that may wait in this process. Further ones are dropped, and counted as dropped. Frozen. @default 1024 */
  maxQueuedDatagrams = 1_024;
  /** Which one is dropped when another comes: late news may be worth more than old. Frozen. @default 'newest' */
  dropFirst: 'newest' | 'oldest' = 'newest';

  constructor(
    serverAddress: Address extends BoundInetAddress ? InetAddress : UnixAddress,
    RequestHandlerClass: RequestHandlerSource<DatagramRequest>,
  ) {
    super(serverAddress, RequestHandlerClass);
  }

  get addressFamily(): string {
    return addressFamilyOf(this.serverAddress);
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

  protected override checkFields(): void {
    super.checkFields();
    checkCount('maxPacketSize', this.maxPacketSize);
    checkCount('maxQueuedDatagrams', this.maxQueuedDatagrams);
    if (this.dropFirst !== 'newest' && this.dropFirst !== 'oldest') {
      throw badArgument('dropFirst', "'newest' or 'oldest'", this.dropFirst);
    }
    if (this.requestQueueSize !== DEFAULT_QUEUE_SIZE) {
      throw unsupported({
        field: 'requestQueueSize',
        expected: 'left alone for a datagram server',
        got: this.requestQueueSize,
        cure: 'it is a backlog of connections: use `maxQueuedDatagrams`',
      });
    }
    this.checkSocketFields();
  }

  /** The part of `checkFields` that a Unix server has in another form. */
  protected checkSocketFields(): void {
    checkInetFields('UDP', this);
    if (this.allowReuseAddress && isInherited(this.serverAddress)) {
      throw unsupported({
        field: 'allowReuseAddress',
        expected: 'false with `{fd}`',
        got: true,
        cure: 'the socket is bound already: set it where that is done, and leave it false',
      });
    }
  }

  protected override guardFields(): void {
    super.guardFields();
    freezeFields(this, ['ipv6Only', 'maxPacketSize', 'maxQueuedDatagrams', 'dropFirst']);
  }

  /** How datagrams wait, as the fields say. */
  protected get datagramQueue(): DatagramQueue {
    return { size: this.maxQueuedDatagrams, drop: this.dropFirst };
  }

  protected override openSource(address: ServerAddress): RequestSource<DatagramRequest> {
    return new DatagramReceiver({
      address: address as InetServerAddress | InheritedAddress,
      reuseAddress: this.allowReuseAddress,
      reusePort: this.allowReusePort,
      ipv6Only: this.ipv6Only,
      maxPacketSize: this.maxPacketSize,
      queue: this.datagramQueue,
    });
  }
}
