import { acceptRate } from './accept-rate.js';
import { backlog } from './backlog.js';
import { blockedThreads } from './blocked-threads.js';
import { busyLoop } from './busy-loop.js';
import { clock } from './clock.js';
import { datagrams } from './datagrams.js';
import { descriptors } from './descriptors.js';
import { drain } from './drain.js';
import { drops } from './drops.js';
import { endlessLoop } from './endless-loop.js';
import type { Fault } from './fault.js';
import { floodUnread } from './flood-unread.js';
import { freezeChild } from './freeze-child.js';
import { gigabyte } from './gigabyte.js';
import { halfClose } from './half-close.js';
import { hostLimit } from './host-limit.js';
import { idleClients } from './idle-clients.js';
import { killChild } from './kill-child.js';
import { logFlood } from './log-flood.js';
import { overloadPause } from './overload-pause.js';
import { overloadReject } from './overload-reject.js';
import { recycle } from './recycle.js';
import { recycleAndKill } from './recycle-and-kill.js';
import { reload } from './reload.js';
import { reloadAndKill } from './reload-and-kill.js';
import { resets } from './resets.js';
import { restart } from './restart.js';
import { rubbish } from './rubbish.js';
import { silentReceiver } from './silent-receiver.js';
import { slowloris } from './slowloris.js';
import { stallRead } from './stall-read.js';
import { stallWrite } from './stall-write.js';
import { stopChild } from './stop-child.js';
import { stopServer } from './stop-server.js';
import { suspend } from './suspend.js';
import { thrown } from './thrown.js';
import { timeLimits } from './time-limits.js';
import { unremovablePath } from './unremovable-path.js';
import { WORKER_DEATHS } from './worker-death.js';

export const FAULTS: readonly Fault[] = [
  killChild,
  stopChild,
  freezeChild,
  ...WORKER_DEATHS,
  busyLoop,
  endlessLoop,
  blockedThreads,
  rubbish,
  descriptors,
  backlog,
  resets,
  halfClose,
  stallRead,
  stallWrite,
  slowloris,
  gigabyte,
  drops,
  overloadPause,
  overloadReject,
  hostLimit,
  acceptRate,
  timeLimits,
  floodUnread,
  idleClients,
  suspend,
  drain,
  restart,
  unremovablePath,
  reload,
  reloadAndKill,
  recycle,
  recycleAndKill,
  thrown,
  logFlood,
  clock,
  stopServer,
  datagrams,
  silentReceiver,
];
