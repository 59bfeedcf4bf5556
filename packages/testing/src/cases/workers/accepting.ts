import { existsSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { connectTo, readAll } from '../../clients/stream-client.js';
import { Gate } from '../../gate.js';
import type { RecordingServer } from '../../recording-server.js';
import { until } from '../../until.js';
import { codeOf, errorsOfRequests, toldBy, type WorkerBed } from '../../worker-bed.js';

const HELD = 200;
const LOOKS = 50;

/** What holds where workers take requests for themselves, beside what holds for every server. */
export function acceptingCases(workers: WorkerBed): void {
  const { bed } = workers;
  const refusal = (field: string): object => {
    const message: unknown = expect.stringMatching(`^Expected \`${field}.*\` to be .*acceptIn.*; `);
    return { code: 'ERR_SOCKETSERVER_UNSUPPORTED', message };
  };

  describe('what only the main side could do is refused by name:', () => {
    test.each([
      'getRequest',
      'verifyRequest',
      'processRequest',
      'finishRequest',
      'shutdownRequest',
      'closeRequest',
    ])('%s() overridden', async (hook) => {
      class Overriding extends bed.Server {}
      Object.defineProperty(Overriding.prototype, hook, { value: () => {} });
      const server = workers.make({}, { Server: Overriding });
      await expect(server.listen()).rejects.toMatchObject(refusal(hook));
      expect(server.state).toBe('closed');
    });

    test.each<[string, unknown]>([
      // A Unix server refuses it anyway.
      ...(bed.isUnix ? [] : [['maxConnectionsPerHost', 5] as [string, unknown]]),
      ['acceptRate', 5],
      ['overload', () => 'accept'],
      ['maxConnections', 1],
      [String(workers.engine.names.maxRequests), 1],
    ])('%s = %p, before listen() and after', async (field, value) => {
      const server = Object.assign(workers.make({ max: 2 }), { [field]: value });
      await expect(server.listen()).rejects.toMatchObject(refusal(field));
      await using served = await workers.serve({ max: 2 });
      expect(() => Object.assign(served.server, { [field]: value })).toThrow(
        expect.objectContaining(refusal(field)) as unknown as Error,
      );
    });

    test('fewer workers at least than at most', async () => {
      const server = workers.make({ min: 1, max: 2 });
      await expect(server.listen()).rejects.toMatchObject({ code: 'ERR_SOCKETSERVER_UNSUPPORTED' });
    });

    test('handleRequest()', async () => {
      const server = workers.make({});
      await expect(server.handleRequest()).rejects.toMatchObject(refusal('handleRequest'));
    });

    test('acceptIn, once it listens', async () => {
      await using served = await workers.serve({});
      expect(() => Object.assign(served.server, { acceptIn: 'main' })).toThrow(
        expect.objectContaining({ code: 'ERR_SOCKETSERVER_FROZEN_FIELD' }) as unknown as Error,
      );
    });
  });

  if (!bed.isStream) return;

  test('maxConnections holds for all workers together, and is live', async () => {
    await using gate = await Gate.open();
    await using served = await workers.serve({ max: 2 }, { context: { gate: gate.port } });
    const { server } = served;
    server.maxConnections = 3;
    const answers = Array.from({ length: 6 }, () => workers.ask(server, 'hold'));
    const held = [await workers.held(gate), await workers.held(gate), await workers.held(gate)];
    await expectNoMore(server, 3);
    held[0]?.letPass();
    held.push(await workers.held(gate));
    await expectNoMore(server, 3);
    server.maxConnections = 5;
    held.push(await workers.held(gate), await workers.held(gate));
    for (const { letPass } of held) letPass();
    await Promise.all(answers);
    await workers.expectEnds(server, { completed: 6, failed: 0 });
    expect(server.errors).toHaveLength(0);
  });

  test('clients above it are closed and counted with overload = reject', async () => {
    await using gate = await Gate.open();
    await using served = await workers.serve({ max: 2 }, { context: { gate: gate.port } });
    const { server } = served;
    Object.assign(server, { maxConnections: 2, overload: 'reject' });
    const answers = [workers.ask(server, 'hold'), workers.ask(server, 'hold')];
    const held = [await workers.held(gate), await workers.held(gate)];
    for (let client = 0; client < 3; client++)
      await readAll(await connectTo(server.serverAddress)).catch(() => {});
    expect(server.stats()).toMatchObject({ accepted: 5, active: 2, rejected: 3 });
    for (const { letPass } of held) letPass();
    await Promise.all(answers);
  });

  test('what waits in the kernel outlives every worker', async () => {
    await using gate = await Gate.open();
    await using served = await workers.serve({ max: 2 }, { context: { gate: gate.port } });
    const { server } = served;
    server.maxConnections = 2;
    const dying = [workers.send(server, 'die exit'), workers.send(server, 'die exit')];
    const held = [await workers.held(gate), await workers.held(gate)];
    const waiting = Array.from({ length: 5 }, () => workers.ask(server));
    await expectNoMore(server, 2);
    for (const { letPass } of held) letPass();
    await Promise.all(dying);
    await Promise.all(waiting);
    await server.served(7);
    expect(server.stats()).toMatchObject({ accepted: 7, completed: 5, failed: 2, active: 0 });
    for (const error of errorsOfRequests(server)) expect(workers.engine.died).toContain(codeOf(error));
    expect(errorsOfRequests(server)).toHaveLength(2);
  });

  test('a failed request is told with its client, and the worker goes on', async () => {
    await using served = await workers.serve({ max: 2 });
    const { server } = served;
    await workers.send(server, 'no such order');
    await until(() => server.errors.entries.length === 1);
    expect(toldBy(server.errors.entries[0]?.error)).toMatch('no such order');
    expect(server.errors.entries[0]?.clientAddress).toMatchObject(
      bed.isUnix ? { path: '' } : { family: 'IPv4' },
    );
    await workers.ask(server);
    await server.served(2);
    expect(server.stats()).toMatchObject({ accepted: 2, completed: 1, failed: 1 });
  });

  test('held connections are spread within 20 % of even', async () => {
    await using gate = await Gate.open();
    await using served = await workers.serve({ max: 4 }, { context: { gate: gate.port } });
    const { server } = served;
    const counts = new Map<string, number>();
    const answers: Promise<unknown>[] = [];
    const passes: (() => void)[] = [];
    for (let client = 0; client < HELD; client++) {
      answers.push(workers.ask(server, 'hold'));
      const { who, letPass } = await workers.held(gate);
      passes.push(letPass);
      counts.set(who.worker, (counts.get(who.worker) ?? 0) + 1);
    }
    const even = HELD / 4;
    expect(counts.size).toBe(4);
    for (const count of counts.values()) {
      expect(count).toBeGreaterThanOrEqual(0.8 * even);
      expect(count).toBeLessThanOrEqual(1.2 * even);
    }
    for (const letPass of passes) letPass();
    await Promise.all(answers);
  });

  test('a worker that stands still keeps nobody waiting whom another one can serve', async () => {
    await using gate = await Gate.open();
    await using served = await workers.serve({ max: 2 }, { context: { gate: gate.port } });
    const { server } = served;
    const file = bed.freePath();
    const blocked = workers.send(server, `blockAndDie ${file}`);
    (await workers.held(gate)).letPass();
    await until(() => existsSync(`${file}.blocked`));
    const answers: Promise<unknown>[] = [];
    const passes: (() => void)[] = [];
    // More than the share of the one that is left.
    for (let client = 0; client < 30; client++) {
      answers.push(workers.ask(server, 'hold'));
      passes.push((await workers.held(gate)).letPass);
    }
    await workers.ask(server);
    await until(() => server.stats().active === 31);
    expect(server.stats()).toMatchObject({ failed: 0, rejected: 0 });
    for (const letPass of passes) letPass();
    await Promise.all(answers);
    writeFileSync(file, '');
    await blocked;
  });

  test('close() ends at its deadline, though a worker that runs nothing does not answer', async () => {
    await using served = await workers.serve({ max: 1, stuckTimeout: 0 });
    const { server } = served;
    const file = bed.freePath();
    await workers.ask(server, `standStillLater ${file}`);
    await server.served(1);
    writeFileSync(file, '');
    await until(() => existsSync(`${file}.still`));
    expect(await server.close({ graceMs: 50 })).toEqual({ drained: 0, cut: 0, killed: 0, abandoned: 0 });
    expect(workers.present(server)).toBe(0);
    await workers.expectEnds(server, { completed: 1, failed: 0 });
  });

  test('takes nothing after drain(), and what came meanwhile after resume()', async () => {
    await using served = await workers.serve({ max: 2 });
    const { server } = served;
    await workers.ask(server);
    await server.drain();
    expect(server.state).toBe('suspended');
    const waiting = [workers.ask(server), workers.ask(server)];
    await expectNoMore(server, 0);
    expect(server.stats().accepted).toBe(1);
    server.resume();
    await Promise.all(waiting);
    await workers.expectEnds(server, { completed: 3, failed: 0 });
  });
}

/** The figures stand still, whatever waits. */
async function expectNoMore(server: RecordingServer, active: number): Promise<void> {
  for (let look = 0; look < LOOKS; look++) {
    expect(server.stats().active).toBe(active);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
