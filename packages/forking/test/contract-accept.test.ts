import { ForkingTCPServer, ForkingUDPServer, ForkingUnixStreamServer } from '@socketserver/forking';
import { contractSuite } from '@socketserver/testing';

const accepting = { concurrent: true, runsIn: 'child', acceptIn: 'workers' } as const;

contractSuite({ name: 'forking/accept TCP', Server: ForkingTCPServer, kind: 'tcp', ...accepting });
contractSuite({ name: 'forking/accept UDP', Server: ForkingUDPServer, kind: 'udp', ...accepting });
contractSuite({
  name: 'forking/accept Unix streams',
  Server: ForkingUnixStreamServer,
  kind: 'unix-stream',
  ...accepting,
});
