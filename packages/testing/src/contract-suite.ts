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

/** Defines every case of the contract for one composition, as tests of Jest. */
export function contractSuite(composition: Composition): void {
  describe(composition.name, () => {
    const bed = new TestBed(composition);
    afterAll(() => bed[Symbol.asyncDispose]());

    servingCases(bed);
    lifecycleCases(bed);
    loadingCases(bed);
    hookCases(bed);
    contextCases(bed);
    faultCases(bed);
    listenerCases(bed);
    concurrencyCases(bed);
    closingCases(bed);
    arrivalCases(bed);
    limitCases(bed);
    timeLimitCases(bed);
    greedyClientCases(bed);
    if (bed.isStream) {
      clientCases(bed);
      departureCases(bed);
      writingCases(bed);
    }
    if (bed.isUnix) peerCases(bed);
    if (composition.kind === 'tcp') {
      socketOptionCases(bed);
      protocolCases(bed);
    }
    if (composition.runsIn !== 'loop') workerCases(bed);
    leakCases(bed);
    clusterCases(bed);
    droppedRightsCases(bed);
  });
}
