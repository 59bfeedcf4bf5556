import { AsyncTCPServer, AsyncUDPServer, AsyncUnixStreamServer } from '@socketserver/core';
import { ForkingTCPServer, ForkingUDPServer, ForkingUnixStreamServer } from '@socketserver/forking';
import { ThreadingTCPServer, ThreadingUDPServer, ThreadingUnixStreamServer } from '@socketserver/threading';
import type { Engine, Target } from '../protocol.js';
import type { ServerConstructor } from './audited.js';

export type ServerClasses = Readonly<Record<Engine, Readonly<Record<Target, ServerConstructor>>>>;

export const SERVER_CLASSES: ServerClasses = {
  async: { tcp: AsyncTCPServer, unix: AsyncUnixStreamServer, udp: AsyncUDPServer },
  threading: { tcp: ThreadingTCPServer, unix: ThreadingUnixStreamServer, udp: ThreadingUDPServer },
  forking: { tcp: ForkingTCPServer, unix: ForkingUnixStreamServer, udp: ForkingUDPServer },
};
