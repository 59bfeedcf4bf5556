import { TestBed } from '@socketserver/testing';
import {
  ThreadingTCPServer,
  ThreadingUDPServer,
  ThreadingUnixStreamServer,
  type ThreadingStats,
} from '@socketserver/threading';

type Tuning = Partial<
  Pick<
    ThreadingTCPServer,
    | 'minThreads'
    | 'maxThreads'
    | 'requestsPerThread'
    | 'idleTimeout'
    | 'stuckTimeout'
    | 'maxRequestsPerThread'
    | 'maxRequestsJitter'
    | 'maxWorkerMemory'
    | 'resourceLimits'
  >
>;

const inThreads = { concurrent: true, runsIn: 'thread' } as const;

/** A bed of servers with the fields of `tuning`. */
export function tcpBed(tuning: Tuning = {}): TestBed {
  class Server extends ThreadingTCPServer {
    constructor(...args: ConstructorParameters<typeof ThreadingTCPServer>) {
      super(...args);
      Object.assign(this, tuning);
    }
  }
  return new TestBed({ name: 'ThreadingTCPServer', Server, kind: 'tcp', ...inThreads });
}

export function unixBed(tuning: Tuning = {}): TestBed {
  class Server extends ThreadingUnixStreamServer {
    constructor(...args: ConstructorParameters<typeof ThreadingUnixStreamServer>) {
      super(...args);
      Object.assign(this, tuning);
    }
  }
  return new TestBed({ name: 'ThreadingUnixStreamServer', Server, kind: 'unix-stream', ...inThreads });
}

export function udpBed(tuning: Tuning = {}): TestBed {
  class Server extends ThreadingUDPServer {
    constructor(...args: ConstructorParameters<typeof ThreadingUDPServer>) {
      super(...args);
      Object.assign(this, tuning);
    }
  }
  return new TestBed({ name: 'ThreadingUDPServer', Server, kind: 'udp', ...inThreads });
}

/** Figures of a threading server that the bed's type does not know. */
export function threadsOf(server: object): ThreadingStats {
  return (server as ThreadingTCPServer).stats();
}
