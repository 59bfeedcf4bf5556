import { TCPServer, UDPServer, UnixDatagramServer, UnixStreamServer } from '@socketserver/core';
import { ThreadingMixIn } from './threading-mixin.js';

export class ThreadingTCPServer extends ThreadingMixIn(TCPServer) {}
export class ThreadingUDPServer extends ThreadingMixIn(UDPServer) {}
export class ThreadingUnixStreamServer extends ThreadingMixIn(UnixStreamServer) {}
export class ThreadingUnixDatagramServer extends ThreadingMixIn(UnixDatagramServer) {}
