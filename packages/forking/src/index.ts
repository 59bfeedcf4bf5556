export { ForkingMixIn, type Forking, type ForkingMembers, type ForkingStats } from './forking-mixin.js';
export {
  ForkingTCPServer,
  ForkingUDPServer,
  ForkingUnixDatagramServer,
  ForkingUnixStreamServer,
} from './forking-servers.js';
