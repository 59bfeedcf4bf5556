export type { HandOver } from './hand-over.js';
export type { PoolOptions } from './pool-options.js';
export type { ThreadContext } from './thread-factory.js';
export {
  ThreadingMixIn,
  type Threaded,
  type ThreadingMembers,
  type ThreadingStats,
} from './threading-mixin.js';
export {
  ThreadingTCPServer,
  ThreadingUDPServer,
  ThreadingUnixDatagramServer,
  ThreadingUnixStreamServer,
} from './threading-servers.js';
