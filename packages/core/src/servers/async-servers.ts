import { AsyncMixIn } from './async-mixin.js';
import { TCPServer } from './tcp-server.js';
import { UDPServer } from './udp-server.js';
import { UnixDatagramServer } from './unix-datagram-server.js';
import { UnixStreamServer } from './unix-stream-server.js';

export class AsyncTCPServer extends AsyncMixIn(TCPServer) {}
export class AsyncUDPServer extends AsyncMixIn(UDPServer) {}
export class AsyncUnixStreamServer extends AsyncMixIn(UnixStreamServer) {}
export class AsyncUnixDatagramServer extends AsyncMixIn(UnixDatagramServer) {}
