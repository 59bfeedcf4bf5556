import { describe, expect, test } from '@jest/globals';
import { NextRequest } from '../../src/loop/next-request.js';
import { RequestQueue, type Arrival } from '../../src/sources/request-queue.js';
import type { RequestSource } from '../../src/sources/request-source.js';
import { Gate } from '../support/servers.js';

interface Request {
  readonly at: number;
}

const FROM = { path: '/client' };
const arrivalAt = (at: number): Arrival<Request> => [{ at }, FROM];

/** The next request of a server whose source is a queue. */
class Bed {
  calls = 0;
  readonly closed: Request[] = [];
  readonly queue = new RequestQueue<Request>();
  readonly next: NextRequest<Request>;

  /** @param override - in place of the `getRequest()` that takes from the queue */
  constructor(override?: () => unknown) {
    const { queue } = this;
    const source = {
      get isReady() {
        return queue.isReady;
      },
      ready: () => queue.ready(),
      take: () => queue.takeNow(),
    };
    this.next = new NextRequest<Request>({
      server: {
        getRequest: () => {
          this.calls++;
          return override?.() as Promise<Arrival<Request>>;
        },
      },
      requests: {
        closeQuietly: (request) => {
          this.closed.push(request);
          return Promise.resolve();
        },
      },
      source: () => source as RequestSource<Request>,
      takesFromSource: () => override === undefined,
    });
  }

  /** Waits as the loop does. */
  async taken(): Promise<Request> {
    while (!this.next.isReady) await this.next.ready();
    return this.next.take().arrival[0];
  }
}

describe('the next request', () => {
  test('is left in the source until it is taken', async () => {
    const bed = new Bed();
    const ready = bed.next.ready();
    bed.queue.put(arrivalAt(1));
    await ready;
    expect(bed.queue.length).toBe(1);
    expect(await bed.taken()).toEqual({ at: 1 });
    expect(bed.queue.length).toBe(0);
  });

  test('is a failure, if the source has one', async () => {
    const bed = new Bed();
    bed.queue.fail(new Error('broken'));
    await bed.next.ready();
    expect(() => bed.next.take()).toThrow('broken');
    expect(bed.next.isReady).toBe(false);
  });

  test('of an override is asked for at once, and once', async () => {
    const gate = new Gate<Arrival<Request>>();
    const bed = new Bed(() => gate.opened);
    const waits = [bed.next.ready(), bed.next.ready()];
    expect({ calls: bed.calls, isReady: bed.next.isReady }).toEqual({ calls: 1, isReady: false });
    gate.open(arrivalAt(1));
    await Promise.all(waits);
    expect(await bed.taken()).toEqual({ at: 1 });
    expect(bed.calls).toBe(1);
  });

  test('that was put back is taken again, before any other', async () => {
    const bed = new Bed();
    for (const at of [1, 2]) bed.queue.put(arrivalAt(at));
    await bed.next.ready();
    bed.next.putBack(bed.next.take());
    expect([await bed.taken(), await bed.taken()]).toEqual([{ at: 1 }, { at: 2 }]);
  });

  test.each([
    [
      'throws',
      () => {
        throw new Error('cannot get');
      },
      'cannot get',
    ],
    ['rejects', () => Promise.reject(new Error('cannot get')), 'cannot get'],
    ['returns no pair', () => 'a request', 'Expected `getRequest()` to be a pair'],
    ['returns a pair of anything', () => [1, 2], 'Expected `getRequest()` to be a pair'],
  ])('of an override that %s: take() throws that', async (_, override, message) => {
    const bed = new Bed(override);
    await bed.next.ready();
    expect(() => bed.next.take()).toThrow(message);
    expect(bed.next.isReady).toBe(false);
  });

  test.each(['before', 'after'])('that comes %s the end is closed', async (when) => {
    const gate = new Gate<Arrival<Request>>();
    const bed = new Bed(() => gate.opened);
    const ready = bed.next.ready();
    if (when === 'after') bed.next.discard();
    gate.open(arrivalAt(1));
    await ready;
    if (when === 'before') bed.next.discard();
    expect(bed.closed).toEqual([{ at: 1 }]);
    expect(bed.next.isReady).toBe(false);
  });
});
