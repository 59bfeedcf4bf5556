import type { ClientAddress, RequestHandlerSource, ServerAddress, ServerStats } from '@socketserver/core';
import { setTimeout } from 'node:timers/promises';
import { NotSeen } from './case.js';
import { acceptsInWorkers, type AnyServer, type Composition } from './composition.js';
import { Log } from './log.js';
import { until } from './until.js';

export type HookName = 'get' | 'verify' | 'process' | 'finish' | 'shutdown';

export interface HookCall {
  readonly hook: HookName;
  readonly request: object;
}

export interface ReportedError {
  readonly error: unknown;
  readonly request: object | undefined;
  readonly clientAddress: ClientAddress | undefined;
}

/** What a server under test tells of itself. */
export interface Recorder {
  /** The calls of its hooks, in order; a `get` is noted when it has brought a request. */
  readonly calls: Log<HookCall>;
  /** What `handleError` got. */
  readonly errors: Log<ReportedError>;
  /** Looks at `stats()`, one at every call of a hook, that did not add up or counted backwards. */
  readonly wrongStats: ServerStats[];
  /** The requests, in the order in which they were taken, each with the hooks that were called with it. */
  hooksByRequest(): HookName[][];
  /** Resolves when `count` requests have ended, and what failed of them has been told. */
  served(count: number): Promise<void>;
  /** Resolves when workers have heard of a field that was set: those that take requests for themselves do not wait for it. */
  untilSet(): Promise<void>;
}

export type RecordingServer = AnyServer & Recorder;

export type RecordingConstructor = new (
  serverAddress: ServerAddress,
  RequestHandlerClass: RequestHandlerSource,
) => RecordingServer;

/** Milliseconds in which a worker hears of a field, which it does not answer. */
const SET_MS = 250;

/**
 * The class with every hook noted before it does what it does. Where handlers run elsewhere, `finishRequest` is none; where workers
 * accept for themselves, none is.
 */
export function recording(composition: Composition): RecordingConstructor {
  const { runsIn } = composition;
  if (acceptsInWorkers(composition)) return recordingErrors(composition);
  const Recording = class extends recordingErrors(composition) {
    override async getRequest(): Promise<[object, ClientAddress]> {
      const arrival = await super.getRequest();
      this.note('get', arrival[0]);
      return arrival;
    }

    override verifyRequest(request: object, clientAddress: ClientAddress): boolean | Promise<boolean> {
      this.note('verify', request);
      return super.verifyRequest(request, clientAddress);
    }

    override processRequest(request: object, clientAddress: ClientAddress): Promise<void> {
      this.note('process', request);
      return super.processRequest(request, clientAddress);
    }

    override shutdownRequest(request: object): void | Promise<void> {
      this.note('shutdown', request);
      return super.shutdownRequest(request);
    }

    protected note(hook: HookName, request: object): void {
      this.look();
      this.calls.add({ hook, request });
    }
  };
  if (runsIn !== 'loop') return Recording;
  return class extends Recording {
    override finishRequest(request: object, clientAddress: ClientAddress): Promise<void> {
      this.note('finish', request);
      return super.finishRequest(request, clientAddress);
    }
  };
}

/** The class with what `handleError` gets noted. */
function recordingErrors(composition: Composition) {
  return class extends composition.Server implements Recorder {
    readonly #calls = new Log<HookCall>();
    readonly errors = new Log<ReportedError>();
    readonly wrongStats: ServerStats[] = [];
    #accepted = 0;

    get calls(): Log<HookCall> {
      if (acceptsInWorkers(composition)) throw new NotSeen('calls of hooks');
      return this.#calls;
    }

    override handleError(
      error: unknown,
      request?: object,
      clientAddress?: ClientAddress,
    ): void | Promise<void> {
      this.look();
      this.errors.add({ error, request, clientAddress });
    }

    hooksByRequest(): HookName[][] {
      const hooks = new Map<object, HookName[]>();
      for (const { hook, request } of this.calls.entries) {
        const ofRequest = hooks.get(request) ?? [];
        ofRequest.push(hook);
        hooks.set(request, ofRequest);
      }
      return [...hooks.values()];
    }

    async served(count: number): Promise<void> {
      await until(() => this.stats().accepted - this.stats().active >= count);
      // It is counted where it has failed, and told here.
      if (acceptsInWorkers(composition)) await until(() => this.errors.length >= this.stats().failed);
    }

    async untilSet(): Promise<void> {
      if (acceptsInWorkers(composition)) await setTimeout(SET_MS);
    }

    protected look(): void {
      const stats = this.stats();
      const { accepted, active, completed, failed, disconnected, rejected } = stats;
      const sum = active + completed + failed + disconnected + rejected;
      if (accepted < this.#accepted || accepted !== sum) {
        this.wrongStats.push(stats);
      }
      this.#accepted = accepted;
    }
  };
}
