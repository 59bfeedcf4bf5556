import {
  ForkingTCPServer,
  ForkingUDPServer,
  ForkingUnixDatagramServer,
  ForkingUnixStreamServer,
} from '@socketserver/forking';
import { contractSuite } from '@socketserver/testing';

const forking = { concurrent: true, runsIn: 'child' } as const;

contractSuite({ name: 'ForkingTCPServer', Server: ForkingTCPServer, kind: 'tcp', ...forking });
contractSuite({ name: 'ForkingUDPServer', Server: ForkingUDPServer, kind: 'udp', ...forking });
contractSuite({
  name: 'ForkingUnixStreamServer',
  Server: ForkingUnixStreamServer,
  kind: 'unix-stream',
  ...forking,
});
contractSuite({
  name: 'ForkingUnixDatagramServer',
  Server: ForkingUnixDatagramServer,
  kind: 'unix-datagram',
  ...forking,
});
