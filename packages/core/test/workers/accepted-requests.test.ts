import { describe, expect, test } from '@jest/globals';
import { AcceptedRequests } from '../../src/workers/pool/accepted-requests.js';
import { AcceptTable, TABLE_BYTES } from '../../src/workers/protocol/accept-table.js';

const RULES = { maxConnections: 3, requestsPerWorker: 10, rejects: false };

/** The main side, and what its workers see. */
function make(): { requests: AcceptedRequests; table: AcceptTable; closed: () => number } {
  let closed = 0;
  const memory = { buffer: new SharedArrayBuffer(TABLE_BYTES), close: () => void closed++ };
  const requests = new AcceptedRequests(memory);
  requests.rules = RULES;
  return { requests, table: new AcceptTable(memory.buffer), closed: () => closed };
}

describe('requests that workers take for themselves', () => {
  test('add up at any moment, also of workers that are lost, and gone', async () => {
    const { requests, table } = make();
    const [one, two] = [requests.begin(), requests.begin()];
    const row = table.row(one.row);
    for (const outcome of ['completed', 'failed', 'disconnected', 'rejected'] as const) {
      row.accepted();
      row.ended(outcome);
    }
    row.accepted();
    table.row(two.row).accepted();
    const counts = { accepted: 6, completed: 1, failed: 1, disconnected: 1, rejected: 1, active: 2 };
    expect(requests.stats()).toEqual(counts);
    expect(one.lose()).toBe(1);
    expect(one.lose()).toBe(0);
    expect(requests.stats()).toEqual({ ...counts, failed: 2, active: 1 });
    one.gone();
    expect(requests.stats()).toEqual({ ...counts, failed: 2, active: 1 });
    expect(requests.begin().row).toBe(one.row);
    expect(requests.stats()).toEqual({ ...counts, failed: 2, active: 1 });
    two.gone();
    await requests.none();
    expect(requests.areNone).toBe(true);
  });

  test('hold no more places than maxConnections says, whoever takes them', () => {
    const { requests, table } = make();
    const rows = [requests.begin(), requests.begin()].map(({ row }) => table.row(row));
    const taken = Array.from({ length: 6 }, (_, index) => rows[index % 2]?.reserve());
    expect(taken).toEqual([true, true, true, false, false, false]);
    rows[0]?.release();
    expect(rows[1]?.reserve()).toBe(true);
    requests.rules = { ...RULES, maxConnections: 2 };
    expect(rows[0]?.areWithinLimit).toBe(false);
  });

  test('of a worker that has written anything to the memory are not more than can have been', () => {
    const { requests, table } = make();
    const worker = requests.begin();
    table.longs.fill(2n ** 62n);
    expect(worker.lose()).toBeLessThanOrEqual(RULES.maxConnections);
    const other = requests.begin();
    table.longs[other.row * 16] = 2n ** 62n;
    for (let counter = 1; counter < 5; counter++) table.longs[other.row * 16 + counter] = 0n;
    expect(other.lose()).toBe(RULES.maxConnections);
  });

  test('tell what has become of those that ran when the server began to close', () => {
    const { requests, table } = make();
    const [heard, stuck] = [requests.begin(), requests.begin()];
    for (const { row } of [heard, heard, heard, stuck]) table.row(row).accepted();
    const tell = requests.closing();
    const row = table.row(heard.row);
    row.closing(3);
    row.earlyEnded(false);
    row.earlyEnded(true);
    expect(tell()).toEqual({ ended: 2, cut: 1, lost: 0 });
    for (const worker of [heard, stuck]) worker.lose();
    expect(tell()).toEqual({ ended: 2, cut: 1, lost: 2 });
  });

  test('let go of the memory when no worker is left that could write to it', () => {
    const { requests, closed } = make();
    const worker = requests.begin();
    requests.end();
    expect(closed()).toBe(0);
    worker.gone();
    expect(closed()).toBe(1);
    requests.rules = RULES;
    expect(requests.stats()).toMatchObject({ accepted: 0, active: 0 });
  });

  test('settle a wait for a worker to stop, when it has, or is lost', async () => {
    const { requests } = make();
    const [one, two] = [requests.begin(), requests.begin()];
    for (const worker of [one, two]) {
      worker.opened();
      worker.closed();
      worker.stopping();
    }
    const stopped = Promise.all([one.untilStopped(), two.untilStopped()]);
    one.stopped();
    two.lose();
    await stopped;
    expect([one.isTaking, two.isTaking]).toEqual([false, false]);
  });

  test('there is room for many workers, and then one more is refused', () => {
    const { requests } = make();
    const begin = (): number => requests.begin().row;
    const rows = new Set(Array.from({ length: 511 }, begin));
    expect(rows.size).toBe(511);
    expect(begin).toThrow('511 others are not gone yet');
  });
});
