export type { HandOver } from './driver/socket-transfer.js';
export type { PoolOptions } from './options.js';
export type { ThreadContext } from './driver/thread-driver.js';
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
