import { ThreadingTCPServer, ThreadingUDPServer, ThreadingUnixStreamServer } from '@socketserver/threading';
import { contractSuite } from '@socketserver/testing';

const accepting = { concurrent: true, runsIn: 'thread', acceptIn: 'workers' } as const;

contractSuite({ name: 'threading/accept TCP', Server: ThreadingTCPServer, kind: 'tcp', ...accepting });
contractSuite({ name: 'threading/accept UDP', Server: ThreadingUDPServer, kind: 'udp', ...accepting });
contractSuite({
  name: 'threading/accept Unix streams',
  Server: ThreadingUnixStreamServer,
  kind: 'unix-stream',
  ...accepting,
});
