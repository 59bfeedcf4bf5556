import { badArgument } from '../errors.js';
import { OwnContext } from '../execution/own-context.js';
import type { RequestLifecycle } from '../requests/request-lifecycle.js';
import type { ServerHooks } from '../servers/server-hooks.js';
import type { Arrival } from '../sources/request-queue.js';
import type { RequestSource } from '../sources/request-source.js';

/** A request that was taken, and the async context that is its own. */
export interface Taken<Request> {
  readonly arrival: Arrival<Request>;
  readonly context: OwnContext;
}

export interface NextRequestOptions<Request extends object> {
  readonly server: Pick<ServerHooks<Request>, 'getRequest'>;
  readonly requests: Pick<RequestLifecycle<Request>, 'closeQuietly'>;
  /** Undefined before the server is bound. */
  readonly source: () => RequestSource<Request> | undefined;
  /** Whether `getRequest()` takes from the source, and does nothing else. */
  readonly takesFromSource: () => boolean;
}

type Outcome<Request> = Taken<Request> | { readonly error: unknown };

/**
 * The request that comes next: `ready()` waits for it, as select(2) does, and `take()` returns it, as accept(2) does.
 *
 * It is taken from the source. An override of `getRequest()` may take its time, or have its requests from elsewhere: it is
 * called at once, and `ready()` waits for it. The call outlives the wait: whoever takes next gets its outcome, so that a
 * time limit or a shutdown loses no request.
 */
export class NextRequest<Request extends object> {
  readonly #options: NextRequestOptions<Request>;
  /** The call of an override that has not ended. Never rejects. */
  #call: Promise<void> | undefined;
  #outcome: Outcome<Request> | undefined;
  #isDiscarding = false;

  constructor(options: NextRequestOptions<Request>) {
    this.#options = options;
  }

  /** Whether `take()` can be called. */
  get isReady(): boolean {
    return this.#outcome !== undefined || this.#source?.isReady === true;
  }

  /** Resolves when `isReady` is true. */
  ready(): Promise<void> {
    if (this.isReady) return Promise.resolve();
    return this.#source?.ready() ?? this.#call ?? this.#get();
  }

  /** @throws what `getRequest()` threw; ERR_SOCKETSERVER_BAD_ARGUMENT when it returned no request */
  take(): Taken<Request> {
    const outcome = this.#outcome ?? this.#takeFromSource();
    this.#outcome = undefined;
    if ('error' in outcome) throw outcome.error;
    return outcome;
  }

  /** Lets the next `take()` return a request that was taken, and is not to begin yet. */
  putBack(taken: Taken<Request>): void {
    this.#outcome = taken;
  }

  /** For the end: closes a request that nobody has taken, now or when it comes. */
  discard(): void {
    this.#isDiscarding = true;
    if (this.#outcome !== undefined) this.#settle(this.#outcome);
  }

  /** The source, if requests are taken from it. */
  get #source(): RequestSource<Request> | undefined {
    return this.#call === undefined && this.#options.takesFromSource() ? this.#options.source() : undefined;
  }

  #takeFromSource(): Taken<Request> {
    const arrival = this.#source?.take();
    if (arrival === undefined) throw new Error('unreachable: take() is called when isReady is true');
    return { arrival, context: new OwnContext() };
  }

  /** An override of `getRequest()` may be sync, throw, and return anything. */
  #get(): Promise<void> {
    const context = new OwnContext();
    const call = new Promise<unknown>((resolve) => {
      resolve(context.runInAsyncScope(() => this.#options.server.getRequest()));
    }).then(
      (value) =>
        this.#settle(isArrival<Request>(value) ? { arrival: value, context } : { error: noRequest(value) }),
      (error: unknown) => this.#settle({ error }),
    );
    this.#call = call;
    return call;
  }

  #settle(outcome: Outcome<Request>): void {
    this.#call = undefined;
    if (!this.#isDiscarding) {
      this.#outcome = outcome;
      return;
    }
    this.#outcome = undefined;
    if ('arrival' in outcome) void this.#options.requests.closeQuietly(outcome.arrival[0]);
  }
}

function isArrival<Request>(value: unknown): value is Arrival<Request> {
  return Array.isArray(value) && isObject(value[0]) && isObject(value[1]);
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function noRequest(value: unknown): Error {
  return badArgument('getRequest()', 'a pair [request, clientAddress]', value);
}
