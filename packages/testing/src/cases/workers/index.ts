import { describe } from '@jest/globals';
import type { TestBed } from '../../test-bed.js';
import { WorkerBed } from '../../worker-bed.js';
import { acceptingCases } from './accepting.js';
import { closingCases } from './closing.js';
import { deathCases } from './death.js';
import { failedStartCases } from './failed-start.js';
import { failingLaterCases } from './failing-later.js';
import { poolFieldCases } from './pool-fields.js';
import { recyclingCases } from './recycling.js';
import { reloadCases } from './reload.js';
import { brokenReloadCases } from './broken-reload.js';
import { statsCases } from './stats.js';
import { stuckCases } from './stuck.js';

/** What every engine promises of the threads or processes in which requests run. */
export function workerCases(bed: TestBed, isInPart: boolean): void {
  describe('workers:', () => {
    const workers = new WorkerBed(bed);
    deathCases(workers);
    if (bed.acceptsInWorkers) acceptingCases(workers);
    if (isInPart && !workers.isFirst) return;
    reloadCases(workers);
    recyclingCases(workers);
    stuckCases(workers);
    if (isInPart || !workers.isFirst) return;
    brokenReloadCases(workers);
    failedStartCases(workers);
    failingLaterCases(workers);
    closingCases(workers);
    poolFieldCases(workers);
    statsCases(workers);
  });
}
