import { TCPServer, UDPServer, UnixDatagramServer, UnixStreamServer } from '@socketserver/core';
import { ForkingMixIn } from './forking-mixin.js';

export class ForkingTCPServer extends ForkingMixIn(TCPServer) {}
export class ForkingUDPServer extends ForkingMixIn(UDPServer) {}
export class ForkingUnixStreamServer extends ForkingMixIn(UnixStreamServer) {}
export class ForkingUnixDatagramServer extends ForkingMixIn(UnixDatagramServer) {}
