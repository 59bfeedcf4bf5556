import {
  ThreadingTCPServer,
  ThreadingUDPServer,
  ThreadingUnixDatagramServer,
  ThreadingUnixStreamServer,
} from '@socketserver/threading';
import { contractSuite } from '@socketserver/testing';

const inThreads = { concurrent: true, runsIn: 'thread' } as const;

contractSuite({ name: 'ThreadingTCPServer', Server: ThreadingTCPServer, kind: 'tcp', ...inThreads });
contractSuite({ name: 'ThreadingUDPServer', Server: ThreadingUDPServer, kind: 'udp', ...inThreads });
contractSuite({
  name: 'ThreadingUnixStreamServer',
  Server: ThreadingUnixStreamServer,
  kind: 'unix-stream',
  ...inThreads,
});
contractSuite({
  name: 'ThreadingUnixDatagramServer',
  Server: ThreadingUnixDatagramServer,
  kind: 'unix-datagram',
  ...inThreads,
});
