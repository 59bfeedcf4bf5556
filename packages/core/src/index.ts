export { type ServerStats } from './requests/active-requests.js';
export type { Overload, OverloadAction } from './loop/admission.js';
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
export { AsyncMixIn, type AsyncMembers } from './servers/async-mixin.js';
export {
  AsyncTCPServer,
  AsyncUDPServer,
  AsyncUnixDatagramServer,
  AsyncUnixStreamServer,
} from './servers/async-servers.js';
export { BaseServer } from './servers/base-server.js';
export type {
  CloseOptions,
  CloseReport,
  ServeForeverOptions,
  ServerState,
  ServerStatus,
} from './servers/server-types.js';
export type { DatagramRequest, DatagramSocket } from './datagram.js';
export type {
  AcceptErrorEvent,
  DisconnectEvent,
  RequestTrace,
  ServerEvent,
} from './servers/server-events.js';
export type { RequestHandlerConstructor, RequestHandlerSource } from './execution/handler-reference.js';
export type { ServerView } from './execution/server-view.js';
export { SocketServerError, type ErrorCode } from './errors.js';
export { BaseRequestHandler, type HandlerInit } from './handlers/base-request-handler.js';
export { DatagramRequestHandler } from './handlers/datagram-request-handler.js';
export { recv, sendAll } from './io/socket-io.js';
export { StreamReader } from './io/stream-reader.js';
export { StreamRequestHandler } from './handlers/stream-request-handler.js';
export { StreamWriter, type Writer } from './io/stream-writer.js';
export type { AbstractConstructor, Mixed } from './mixin.js';
export { peerCredentials, type PeerCredentials } from './native/peer-credentials.js';
export type { UnixOwner } from './sources/unix-path.js';
export { TCPServer } from './servers/tcp-server.js';
export { UDPServer } from './servers/udp-server.js';
export { UnixDatagramServer } from './servers/unix-datagram-server.js';
export { UnixStreamServer } from './servers/unix-stream-server.js';
