export { type ServerStats } from './active-requests.js';
export type { Overload, OverloadAction } from './admission.js';
export type {
  BoundAddress,
  BoundInetAddress,
  ClientAddress,
  InetClientAddress,
  InetServerAddress,
  InheritedAddress,
  ServerAddress,
  UnixClientAddress,
  UnixServerAddress,
} from './address.js';
export { AsyncMixIn, type AsyncMembers } from './async-mixin.js';
export {
  AsyncTCPServer,
  AsyncUDPServer,
  AsyncUnixDatagramServer,
  AsyncUnixStreamServer,
} from './async-servers.js';
export {
  BaseServer,
  type CloseOptions,
  type CloseReport,
  type ServeForeverOptions,
  type ServerState,
  type ServerStatus,
} from './base-server.js';
export type { DatagramRequest, DatagramSocket } from './datagram.js';
export type { AcceptErrorEvent, DisconnectEvent, RequestTrace, ServerEvent } from './diagnostics.js';
export type { RequestHandlerConstructor, RequestHandlerSource } from './engine/handler-reference.js';
export type { ServerView } from './engine/server-view.js';
export { SocketServerError, type ErrorCode } from './errors.js';
export { BaseRequestHandler, type HandlerInit } from './handlers/base-request-handler.js';
export { DatagramRequestHandler } from './handlers/datagram-request-handler.js';
export { recv, sendAll } from './handlers/socket-io.js';
export { StreamReader } from './handlers/stream-reader.js';
export { StreamRequestHandler } from './handlers/stream-request-handler.js';
export { StreamWriter, type Writer } from './handlers/stream-writer.js';
export type { AbstractConstructor, Mixed } from './mixin.js';
export type { UnixOwner } from './sources/unix-path.js';
export { TCPServer } from './tcp-server.js';
export { UDPServer } from './udp-server.js';
export { UnixDatagramServer } from './unix-datagram-server.js';
export { UnixStreamServer } from './unix-stream-server.js';
