import {
  AsyncTCPServer,
  AsyncUDPServer,
  AsyncUnixDatagramServer,
  AsyncUnixStreamServer,
} from '@socketserver/core';
import {
  ForkingTCPServer,
  ForkingUDPServer,
  ForkingUnixDatagramServer,
  ForkingUnixStreamServer,
} from '@socketserver/forking';
import {
  ThreadingTCPServer,
  ThreadingUDPServer,
  ThreadingUnixDatagramServer,
  ThreadingUnixStreamServer,
} from '@socketserver/threading';
import type { Engine, Target } from '../protocol.js';
import type { ServerConstructor } from './audited.js';

export type ServerClasses = Readonly<Record<Engine, Readonly<Record<Target, ServerConstructor>>>>;

export const SERVER_CLASSES: ServerClasses = {
  async: { tcp: AsyncTCPServer, unix: AsyncUnixStreamServer, udp: AsyncUDPServer },
  threading: { tcp: ThreadingTCPServer, unix: ThreadingUnixStreamServer, udp: ThreadingUDPServer },
  forking: { tcp: ForkingTCPServer, unix: ForkingUnixStreamServer, udp: ForkingUDPServer },
};

/** Servers that run only while something is done to them. */
export const DATAGRAM_CLASSES: Readonly<Record<Engine, ServerConstructor>> = {
  async: AsyncUnixDatagramServer,
  threading: ThreadingUnixDatagramServer,
  forking: ForkingUnixDatagramServer,
};
