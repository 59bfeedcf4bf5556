import type { CountsElsewhere, EndedElsewhere, RequestsElsewhere } from '../../requests/active-requests.js';
import { replaceDescriptor } from '../../native/replace-descriptor.js';
import { closed, noRowLeft } from '../errors.js';
import {
  AcceptTable,
  runningOf,
  type AcceptCounts,
  type AcceptRow,
  type AcceptRules,
} from '../protocol/accept-table.js';

/** The memory that workers share; `close` when nobody looks at it any more. */
export interface TableMemory {
  readonly buffer: ArrayBufferLike;
  close(): void;
}

/**
 * The requests of workers that accept for themselves, as the main side sees them: how many there are, and what has become of
 * them.
 */
export class AcceptedRequests implements RequestsElsewhere {
  readonly #memory: TableMemory;
  readonly #table: AcceptTable;
  /** By the number of its row. */
  readonly #workers = new Map<number, AcceptedByWorker>();
  /** Of workers that are gone. */
  readonly #past: AcceptCounts = { accepted: 0, completed: 0, failed: 0, disconnected: 0, rejected: 0 };
  #isOver = false;
  /** The highest `maxConnections` that there has been. */
  #most = 1;
  #watchers: (() => void)[] = [];

  constructor(memory: TableMemory) {
    this.#memory = memory;
    this.#table = new AcceptTable(memory.buffer);
  }

  get buffer(): ArrayBufferLike {
    return this.#memory.buffer;
  }

  set rules(rules: AcceptRules) {
    this.#most = Math.max(this.#most, rules.maxConnections);
    if (!this.#isOver) this.#table.rules = rules;
  }

  /** For a new worker. @throws {SocketServerError} ERR_SOCKETSERVER_WORKER_START when there are too many */
  begin(): AcceptedByWorker {
    if (this.#isOver) throw closed();
    const index = this.#table.unusedRow((row) => !this.#workers.has(row));
    if (index === undefined) throw noRowLeft(this.#workers.size);
    const worker = new AcceptedByWorker(this.#table.row(index), {
      most: () => this.#most,
      onGone: (counts) => {
        this.#workers.delete(index);
        for (const name of Object.keys(counts) as (keyof AcceptCounts)[]) this.#past[name] += counts[name];
        this.#closeMemory();
      },
    });
    this.#workers.set(index, worker);
    return worker;
  }

  /** No worker begins any more, and none may use the number of the listening socket. */
  end(): void {
    if (this.#isOver) return;
    this.#table.end();
    this.#isOver = true;
    this.#closeMemory();
  }

  stats(): CountsElsewhere {
    const sum = { ...this.#past };
    for (const { counts } of this.#workers.values()) {
      for (const name of Object.keys(sum) as (keyof AcceptCounts)[]) sum[name] += counts[name];
    }
    return { ...sum, active: runningOf(sum) };
  }

  get areNone(): boolean {
    return [...this.#workers.values()].every(({ load }) => load === 0);
  }

  async none(): Promise<void> {
    while (!this.areNone) {
      await new Promise<void>((resolve) => this.#watchers.push(resolve));
    }
  }

  closing(): () => EndedElsewhere {
    const tells = [...this.#workers.values()].map((worker) => worker.closing());
    return () => {
      const sum = { ended: 0, cut: 0, lost: 0 };
      for (const tell of tells) {
        const { ended, cut, lost } = tell();
        sum.ended += ended;
        sum.cut += cut;
        sum.lost += lost;
      }
      return sum;
    };
  }

  /** A worker takes nothing any more, runs nothing any more, or is gone. */
  changed(): void {
    for (const watcher of this.#watchers.splice(0)) watcher();
  }

  #closeMemory(): void {
    if (this.#isOver && this.#workers.size === 0) this.#memory.close();
  }
}

interface CountOptions {
  /** Requests that can be running at most: a child may have written anything. */
  readonly most: () => number;
  readonly onGone: (counts: AcceptCounts) => void;
}

/** The part of one worker. */
export class AcceptedByWorker {
  readonly #row: AcceptRow;
  readonly #options: CountOptions;
  /** Whether it has been told to take requests. */
  #isOpen = false;
  /** How often it has been told to stop, and has not said that it has. */
  #stopsOwed = 0;
  #isGone = false;
  /** Once it is lost. */
  #final: AcceptCounts | undefined;
  #lost = 0;
  #watchers: (() => void)[] = [];
  #early: AcceptRow['early'];

  constructor(row: AcceptRow, options: CountOptions) {
    this.#row = row;
    this.#options = options;
  }

  /** The number of its row. */
  get row(): number {
    return this.#row.index;
  }

  get counts(): AcceptCounts {
    return this.#final ?? this.#row.counts();
  }

  get running(): number {
    return Math.max(0, runningOf(this.counts));
  }

  /** Requests that it has begun: those that it had to reject are not its own. */
  get begun(): number {
    const { accepted, rejected } = this.counts;
    return accepted - rejected;
  }

  /** Whether a request of it has ended. */
  get hasEnded(): boolean {
    return this.begun > this.running;
  }

  /** Its running requests, and one if it may take another. */
  get load(): number {
    return this.running + (this.isTaking ? 1 : 0);
  }

  get isTaking(): boolean {
    return this.#final === undefined && (this.#isOpen || this.#stopsOwed > 0);
  }

  /** It is told to take requests. */
  opened(): void {
    this.#isOpen = true;
  }

  /** It is told to stop. @returns whether it had been told to take any */
  closed(): boolean {
    const wasOpen = this.#isOpen;
    this.#isOpen = false;
    return wasOpen;
  }

  /** It owes the answer to that. */
  stopping(): void {
    this.#stopsOwed++;
  }

  /** It has stopped. */
  stopped(): void {
    this.#stopsOwed = Math.max(0, this.#stopsOwed - 1);
    this.#tellStopped();
  }

  /** Resolves when it takes no request any more. */
  async untilStopped(): Promise<void> {
    while (this.isTaking) await new Promise<void>((resolve) => this.#watchers.push(resolve));
  }

  #tellStopped(): void {
    for (const watcher of this.#watchers.splice(0)) watcher();
  }

  /** Requests after which it says that it is due to be replaced; 0: never. */
  set dueAt(requests: number) {
    if (this.#final === undefined) this.#row.dueAt = requests;
  }

  /** The worker runs nothing any more: what it had not ended has failed. @returns how many requests that were */
  lose(): number {
    if (this.#final !== undefined) return 0;
    const counts = this.#row.counts();
    this.#early = this.#row.early;
    this.#row.lose();
    const running = runningOf(counts);
    this.#lost = Math.max(0, Math.min(running, this.#options.most()));
    this.#final = { ...counts, failed: counts.failed + running };
    this.#tellStopped();
    return this.#lost;
  }

  /**
   * To be called before a thread is ended: the event loop of one whose JavaScript is stopped may turn once more. What it accepts
   * then nobody would serve, and of a datagram that it receives then Node would die. It gets a file that has neither.
   */
  seal(): void {
    const fd = this.#isGone ? undefined : this.#row.takeListener();
    if (fd !== undefined) replaceDescriptor(fd);
  }

  /** Its thread or process is gone: nobody writes its row any more. */
  gone(): void {
    this.lose();
    this.#isGone = true;
    this.#row.clear();
    this.#options.onGone(this.counts);
  }

  /** The server closes. @returns tells what has become, by then, of the requests that run now */
  closing(): () => EndedElsewhere {
    if (this.#final !== undefined) return () => ({ ended: 0, cut: 0, lost: 0 });
    const { running, ended } = this.#seen();
    this.#row.forgetEarly();
    return () => {
      const early = this.#early ?? (this.#final === undefined ? this.#row.early : undefined);
      // One that has not heard of it is stuck, and counts nothing.
      const {
        running: all,
        ended: by,
        cut,
      } = early ?? { running, ended: this.#seen().ended - ended, cut: 0 };
      const done = Math.min(all, by);
      return { ended: done, cut, lost: this.#final === undefined ? 0 : all - done };
    };
  }

  #seen(): { running: number; ended: number } {
    const { counts } = this;
    const running = runningOf(counts);
    return { running, ended: counts.accepted - running - this.#lost };
  }
}
