import { describe, expect } from '@jest/globals';
import { test } from '../case.js';
import type { Socket } from 'node:net';
import { connectTo, readAll } from '../clients/stream-client.js';
import { openDescriptors } from '../descriptors.js';
import { Gate } from '../gate.js';
import type { TestBed } from '../test-bed.js';
import { turns } from '../until.js';

const CLIENTS = 5;

/** How many requests run at once: all, or one. */
export function concurrencyCases(bed: TestBed): void {
  describe(
    bed.composition.concurrent ? 'takes every request at once:' : 'takes one request at a time:',
    () => {
      if (bed.composition.concurrent) concurrentCases(bed);
      else synchronousCases(bed);
    },
  );
}

function concurrentCases(bed: TestBed): void {
  test(`${CLIENTS} clients are served while none has been answered`, async () => {
    await using gate = await Gate.open();
    await using served = await bed.serve(bed.handler('gated'), { context: { gate: gate.port } });
    const names = Array.from({ length: CLIENTS }, (_, index) => `client ${index}`);
    const answers = names.map((name) => bed.ask(served.server, name));
    const visitors = await Promise.all(names.map(() => gate.visitor()));
    expect(visitors.map(({ text }) => text).toSorted()).toEqual(names);
    expect(served.server.stats()).toMatchObject({ accepted: CLIENTS, active: CLIENTS });
    for (const visitor of visitors) visitor.letPass();
    expect(await Promise.all(answers)).toEqual(names.map((name) => name.toUpperCase()));
  });

  test('a client that is slow does not hold up the next', async () => {
    await using gate = await Gate.open();
    await using served = await bed.serve(bed.handler('gated'), { context: { gate: gate.port } });
    const slow = bed.ask(served.server, 'slow');
    const slowVisitor = await gate.visitor();
    const quick = bed.ask(served.server, 'quick');
    (await gate.visitor()).letPass();
    expect(await quick).toBe('QUICK');
    slowVisitor.letPass();
    expect(await slow).toBe('SLOW');
  });
}

function synchronousCases(bed: TestBed): void {
  test('the second one begins when the first has ended', async () => {
    await using gate = await Gate.open();
    await using served = await bed.serve(bed.handler('gated'), { context: { gate: gate.port } });
    const { server } = served;
    const one = bed.ask(server, 'one');
    const first = await gate.visitor();
    const two = bed.ask(server, 'two');
    await turns();
    expect(server.stats()).toMatchObject({ accepted: 1, active: 1 });
    expect(gate.arrived).toBe(1);
    first.letPass();
    (await gate.visitor()).letPass();
    expect(await Promise.all([one, two])).toEqual(['ONE', 'TWO']);
    await server.served(2);
    // Nothing of the second request comes before the last of the first.
    const { calls } = server;
    const [request] = calls.entries;
    const lastOfFirst = calls.entries.findLastIndex((call) => call.request === request?.request);
    expect(calls.entries.slice(0, lastOfFirst + 1).every((call) => call.request === request?.request)).toBe(
      true,
    );
  });

  if (bed.isStream) {
    test('later connections stay in the kernel', async () => {
      await using gate = await Gate.open();
      await using served = await bed.serve(bed.handler('gated'), { context: { gate: gate.port } });
      const { server } = served;
      const one = bed.ask(server, 'one');
      const first = await gate.visitor();

      const before = openDescriptors();
      const waiting: Socket[] = [];
      for (let client = 0; client < CLIENTS; client++) waiting.push(await connectTo(server.serverAddress));
      await turns();
      // The clients' ends of their connections, and none of the server's.
      expect(openDescriptors() - before).toBe(CLIENTS);
      expect(server.stats().accepted).toBe(1);

      first.letPass();
      expect(await one).toBe('ONE');
      for (const [index, socket] of waiting.entries()) {
        socket.end(`${index} was here`);
        (await gate.visitor()).letPass();
        expect((await readAll(socket)).toString()).toBe(`${index} WAS HERE`);
      }
      expect(server.stats().accepted).toBe(1 + CLIENTS);
    });
  }
}
