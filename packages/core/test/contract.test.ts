import {
  AsyncTCPServer,
  AsyncUDPServer,
  AsyncUnixDatagramServer,
  AsyncUnixStreamServer,
  TCPServer,
  UDPServer,
  UnixDatagramServer,
  UnixStreamServer,
} from '@socketserver/core';
import { contractSuite } from '@socketserver/testing';

const synchronous = { concurrent: false, runsIn: 'loop' } as const;
const onTheLoop = { concurrent: true, runsIn: 'loop' } as const;

contractSuite({ name: 'TCPServer', Server: TCPServer, kind: 'tcp', ...synchronous });
contractSuite({ name: 'UDPServer', Server: UDPServer, kind: 'udp', ...synchronous });
contractSuite({ name: 'UnixStreamServer', Server: UnixStreamServer, kind: 'unix-stream', ...synchronous });
contractSuite({
  name: 'UnixDatagramServer',
  Server: UnixDatagramServer,
  kind: 'unix-datagram',
  ...synchronous,
});

contractSuite({ name: 'AsyncTCPServer', Server: AsyncTCPServer, kind: 'tcp', ...onTheLoop });
contractSuite({ name: 'AsyncUDPServer', Server: AsyncUDPServer, kind: 'udp', ...onTheLoop });
contractSuite({
  name: 'AsyncUnixStreamServer',
  Server: AsyncUnixStreamServer,
  kind: 'unix-stream',
  ...onTheLoop,
});
contractSuite({
  name: 'AsyncUnixDatagramServer',
  Server: AsyncUnixDatagramServer,
  kind: 'unix-datagram',
  ...onTheLoop,
});
