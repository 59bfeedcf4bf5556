import type { BoundAddress } from '../../address.js';
import { unsupported } from '../../errors.js';
import { tryLibc } from '../../native/libc.js';
import type { Arrival } from '../../sources/request-queue.js';
import type { RequestSource } from '../../sources/request-source.js';

/** The workers of a server that take its requests for themselves. */
export interface TakingWorkers {
  /** They take requests from now on, or leave them. */
  setTaking(isTaking: boolean): void;
  /** They take what waits now, and nothing more; resolves when they have. */
  finish(): Promise<void>;
  /** None may use the socket any more. */
  release(): void;
}

const SHUT_RDWR = 2;

/** A timer that keeps the process alive: what serves is in no thread of it, or in one that does not. */
const HOUR_MS = 3_600_000;

/**
 * The socket of a server whose workers take requests for themselves. To the loop of the main side it is a source that never has
 * one; that the loop wants some, or wants none, is passed on to the workers.
 */
export class SharedSource<Request> implements RequestSource<Request> {
  readonly #source: RequestSource<Request>;
  readonly #isOwn: boolean;
  readonly #workers: () => TakingWorkers | undefined;
  readonly #finished: Promise<void>;
  #setFinished = (): void => {};
  #keepsAlive: NodeJS.Timeout | undefined;

  /**
   * @param isOwn - whether nobody outside of this server has the socket
   * @param workers - undefined before they are started
   */
  constructor(source: RequestSource<Request>, isOwn: boolean, workers: () => TakingWorkers | undefined) {
    this.#isOwn = isOwn;
    this.#source = source;
    this.#workers = workers;
    this.#finished = new Promise((resolve) => {
      this.#setFinished = resolve;
    });
  }

  get socket(): object | undefined {
    return this.#source.socket;
  }

  open(): Promise<void> {
    return this.#source.open();
  }

  address(): BoundAddress | undefined {
    return this.#source.address();
  }

  fileno(): number {
    return this.#source.fileno();
  }

  get isReady(): boolean {
    return false;
  }

  ready(): Promise<void> {
    return this.#finished;
  }

  take(): Arrival<Request> {
    throw new Error('unreachable: take() is called when isReady is true');
  }

  next(): Promise<Arrival<Request>> {
    return Promise.reject(
      unsupported({
        field: 'getRequest()',
        expected: 'to be called where the main side takes requests',
        got: 'workers',
        cure: "leave `acceptIn` 'main'",
      }),
    );
  }

  async finish(): Promise<void> {
    await this.#workers()?.finish();
    this.#setFinished();
  }

  resume(): void {
    if (this.#keepsAlive !== undefined) return;
    this.#keepsAlive = setInterval(() => {}, HOUR_MS);
    this.#workers()?.setTaking(true);
  }

  pause(): void {
    if (this.#keepsAlive === undefined) return;
    clearInterval(this.#keepsAlive);
    this.#keepsAlive = undefined;
    this.#workers()?.setTaking(false);
  }

  close(): Promise<void> {
    this.pause();
    this.#setFinished();
    this.#workers()?.release();
    // Children have it open until they end; an inherited one is others' too.
    if (this.#isOwn && this.fileno() !== -1) tryLibc()?.shutdown(this.fileno(), SHUT_RDWR);
    return this.#source.close();
  }
}
