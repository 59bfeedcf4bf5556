import { afterAll, describe } from '@jest/globals';
import { arrivalCases } from './cases/arrivals.js';
import { clientCases } from './cases/clients.js';
import { closingCases } from './cases/closing.js';
import { clusterCases } from './cases/cluster.js';
import { concurrencyCases } from './cases/concurrency.js';
import { contextCases } from './cases/contexts.js';
import { departureCases } from './cases/departures.js';
import { droppedRightsCases } from './cases/dropped-rights.js';
import { faultCases } from './cases/faults.js';
import { greedyClientCases } from './cases/greedy-clients.js';
import { hookCases } from './cases/hooks.js';
import { leakCases } from './cases/leaks.js';
import { lifecycleCases } from './cases/lifecycle.js';
import { limitCases } from './cases/limits.js';
import { listenerCases } from './cases/listeners.js';
import { loadingCases } from './cases/loading.js';
import { peerCases } from './cases/peers.js';
import { protocolCases } from './cases/protocols.js';
import { servingCases } from './cases/serving.js';
import { socketOptionCases } from './cases/socket-options.js';
import { timeLimitCases } from './cases/time-limits.js';
import { workerCases } from './cases/workers/index.js';
import { writingCases } from './cases/writing.js';
import type { Composition } from './composition.js';
import { TestBed } from './test-bed.js';

/**
 * Defines the cases of the contract for one composition, as tests of Jest. What does not depend on the kind of socket is shown by
 * TCP alone where handlers run in workers, each of which takes a good part of a second to start: the other kinds, and workers that
 * accept for themselves, get the part that does, unless the environment has `CONTRACT=whole`, as in `npm run test:matrix`.
 */
export function contractSuite(composition: Composition): void {
  describe(composition.name, () => {
    const bed = new TestBed(composition);
    afterAll(() => bed[Symbol.asyncDispose]());

    servingCases(bed);
    const isPart = isInPart(composition);
    if (isPart && bed.acceptsInWorkers && composition.kind !== 'tcp') return;
    faultCases(bed);
    concurrencyCases(bed);
    closingCases(bed);
    arrivalCases(bed);
    if (bed.isStream) clientCases(bed);
    if (bed.isUnix) peerCases(bed);
    if (composition.runsIn !== 'loop') workerCases(bed, isPart);
    if (isPart) return;

    lifecycleCases(bed);
    loadingCases(bed);
    hookCases(bed);
    contextCases(bed);
    listenerCases(bed);
    limitCases(bed);
    timeLimitCases(bed);
    greedyClientCases(bed);
    if (bed.isStream) {
      departureCases(bed);
      writingCases(bed);
    }
    if (composition.kind === 'tcp') {
      socketOptionCases(bed);
      protocolCases(bed);
    }
    leakCases(bed);
    clusterCases(bed);
    droppedRightsCases(bed);
  });
}

/** Whether only a part of the contract is run for it. */
function isInPart({ runsIn, kind, acceptIn }: Composition): boolean {
  if (process.env['CONTRACT'] === 'whole' || runsIn === 'loop') return false;
  return kind !== 'tcp' || acceptIn === 'workers';
}
