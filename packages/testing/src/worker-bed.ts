import { expect } from '@jest/globals';
import { test } from './case.js';
import type { Gate } from './gate.js';
import type { Who, WorkerContext } from './handlers/worker-orders.js';
import type { RecordingConstructor, RecordingServer, ReportedError } from './recording-server.js';
import { Served } from './served.js';
import type { TestBed } from './test-bed.js';
import { until } from './until.js';
import { workerEngine, type PoolFields, type WorkerEngine } from './workers.js';

export interface WorkerOptions {
  /** @default handlers/…/worker.ts */
  handler?: URL;
  context?: WorkerContext;
  /** @default the bed's */
  Server?: RecordingConstructor;
}

/** A handler that waits at the gate, and which one that is. */
interface WorkerCase {
  readonly run: () => Promise<void>;
  readonly ms?: number;
}

export interface HeldRequest {
  readonly who: Who;
  /** The answer, or '' when its connection has ended without one; '' at once for a datagram. */
  readonly end: Promise<string>;
  letPass(): void;
}

/** What the worker cases work with: a {@link TestBed}, and the engine by neutral names. */
export class WorkerBed {
  readonly engine: WorkerEngine;

  constructor(readonly bed: TestBed) {
    this.engine = workerEngine(bed.composition);
  }

  /** Whether the cases run that are about the workers, whatever socket their requests came by. */
  get isFirst(): boolean {
    return this.bed.composition.kind === 'tcp';
  }

  make(
    pool: PoolFields,
    { handler = this.bed.handler('worker'), ...options }: WorkerOptions = {},
  ): RecordingServer {
    const server = this.bed.make(handler, options);
    this.tune(server, pool);
    return server;
  }

  async serve(pool: PoolFields, options: WorkerOptions = {}): Promise<Served> {
    const server = this.make(pool, options);
    await server.listen();
    return new Served(server, this.bed.composition);
  }

  /** What the engine calls these fields. */
  namesOf(pool: PoolFields): (string | undefined)[] {
    return Object.keys(pool).map((field) => this.engine.names[field as keyof PoolFields]);
  }

  tune(server: RecordingServer, pool: PoolFields): void {
    for (const [field, value] of Object.entries(pool)) {
      const name = this.engine.names[field as keyof PoolFields];
      if (name !== undefined) Object.assign(server, { [name]: value });
    }
  }

  reload(server: RecordingServer, options?: { graceMs: number }): Promise<void> {
    return (server as unknown as { reload(options?: { graceMs: number }): Promise<void> }).reload(options);
  }

  present(server: RecordingServer): number {
    return this.engine.present(server);
  }

  /** Gives an order, and returns who carried it out. */
  async ask(server: RecordingServer, order = 'who'): Promise<Who> {
    const answer = await this.bed.ask(server, order);
    if (answer === '') throw new Error(`Expected ${JSON.stringify(order)} to be answered, got the end`);
    return JSON.parse(answer) as Who;
  }

  /** Gives an order that may not be answered. Resolves with the answer or the end of a stream, at once for a datagram. */
  async send(server: RecordingServer, order: string): Promise<string> {
    if (this.bed.isStream) return this.bed.ask(server, order).catch(() => '');
    await this.bed.send(server, order);
    return '';
  }

  /** A request whose handler waits at the gate. */
  async hold(server: RecordingServer, gate: Gate): Promise<HeldRequest> {
    const end = this.send(server, this.bed.isStream ? 'hold' : 'holdQuietly');
    return { ...(await this.held(gate)), end };
  }

  /**
   * One in each of so many workers. A main side gives each to the one that has fewest; workers that take for themselves may take several
   * before the other does: `more` of them have ended then.
   */
  async holdInEach(
    count: number,
    server: RecordingServer,
    gate: Gate,
  ): Promise<{ held: HeldRequest[]; more: number }> {
    const byWorker = new Map<string, HeldRequest>();
    const others: HeldRequest[] = [];
    while (byWorker.size < count) {
      const held = await this.hold(server, gate);
      if (byWorker.has(held.who.worker)) others.push(held);
      else byWorker.set(held.who.worker, held);
    }
    for (const other of others) other.letPass();
    await server.served(others.length);
    if (!this.bed.acceptsInWorkers) expect(others).toEqual([]);
    return { held: [...byWorker.values()], more: others.length };
  }

  /** So many requests run or wait; those that workers have not taken for themselves cannot be seen. */
  async untilActive(server: RecordingServer, count: number): Promise<void> {
    if (!this.bed.acceptsInWorkers) await until(() => server.stats().active === count);
  }

  /** The next one that waits at the gate. */
  async held(gate: Gate): Promise<Omit<HeldRequest, 'end'>> {
    const visitor = await gate.visitor();
    return { who: JSON.parse(visitor.text) as Who, letPass: () => visitor.letPass() };
  }

  /** Every request has ended, as the figures say, and every error has been reported. */
  async expectEnds(
    server: RecordingServer,
    { completed, failed }: { completed: number; failed: number },
  ): Promise<void> {
    await server.served(completed + failed);
    expect(server.stats()).toMatchObject({
      accepted: completed + failed,
      active: 0,
      completed,
      failed,
      disconnected: 0,
      rejected: 0,
    });
    expect(errorsOfRequests(server)).toHaveLength(failed);
  }

  /** A case that may take its time. */
  test(title: string, { run, ms }: WorkerCase): void {
    // oxlint-disable-next-line jest/expect-expect -- they are in `run`
    test(title, run, ms);
  }
}

export function errorsOfRequests(server: RecordingServer): unknown[] {
  return server.errors.entries.filter(isOfRequest).map(({ error }) => error);
}

/** Errors that belong to no request. */
export function errorsOfServer(server: RecordingServer): unknown[] {
  return server.errors.entries.filter((entry) => !isOfRequest(entry)).map(({ error }) => error);
}

/** What a worker has taken for itself has no request on the main side; what it had when it died not even a client. */
const OF_LOST_REQUESTS: readonly unknown[] = ['ERR_SOCKETSERVER_WORKER_DIED', 'ERR_SOCKETSERVER_STUCK'];

function isOfRequest({ request, clientAddress, error }: ReportedError): boolean {
  return request !== undefined || clientAddress !== undefined || OF_LOST_REQUESTS.includes(codeOf(error));
}

export function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | undefined)?.code;
}

/** What an error and its causes say, one a line. */
export function toldBy(error: unknown): string {
  const messages: string[] = [];
  for (let at = error; typeof at === 'object' && at !== null; at = (at as { cause?: unknown }).cause) {
    messages.push(String((at as { message?: unknown }).message));
  }
  return messages.join('\n');
}
