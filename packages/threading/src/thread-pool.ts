import { ended, threadDied } from './errors.js';
import type { Remains } from './request-thread.js';
import { ThreadCrew, type ThreadCrewOptions } from './thread-crew.js';
import type { ThreadJob } from './thread-job.js';

/**
 * Which request goes to which thread. Requests travel over a port of each thread, not as tasks of piscina: those
 * cost more CPU, and a dead thread's could not be told apart by whether they had begun.
 */
export class ThreadPool {
  readonly #crew: ThreadCrew;
  readonly #waiting: ThreadJob[] = [];
  #jobs = 0;
  #lastReload: Promise<void> = Promise.resolve();
  #whenIdle: (() => void)[] = [];
  #isEnding = false;

  constructor(options: ThreadCrewOptions) {
    this.#crew = new ThreadCrew(options, {
      waiting: () => this.#waiting.length,
      roomMade: () => this.#serveWaiting(),
      jobEnded: () => this.#countOut(),
      died: (error, remains) => this.#takeBack(error, remains),
      gaveUp: (error) => this.#refuseWaiting(error),
    });
  }

  /** How many threads take requests. */
  get size(): number {
    return this.#crew.size;
  }

  /** How many threads take nothing more, and end when their requests have. */
  get leaving(): number {
    return this.#crew.leaving;
  }

  /** Resolves when every thread has loaded the handler; rejects with what the first failure was. */
  start(): Promise<void> {
    return this.#crew.start();
  }

  /** One after the other: the module may have changed again since the threads of the first one loaded it. */
  reload(): Promise<void> {
    const reloaded = this.#lastReload.then(() => this.#crew.reload());
    this.#lastReload = reloaded.catch(isReportedByReload);
    return reloaded;
  }

  /** Runs a job; settles when it has ended. */
  run(job: ThreadJob): Promise<void> {
    this.#jobs++;
    this.#assign(job);
    return job.ended;
  }

  /** Aborts the handlers' `signal`, now and in whatever begins later. */
  abort(reason: unknown): void {
    this.#crew.abort(reason);
  }

  /** Whether running requests keep the process alive. */
  holdProcess(holds: boolean): void {
    this.#crew.holdProcess(holds);
  }

  /** Waits until no job is left, or `kill()` has been called, then ends every thread. */
  async end(): Promise<void> {
    while (this.#jobs > 0 && !this.#isEnding) {
      await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
    }
    this.#isEnding = true;
    await this.#crew.end();
  }

  /** Ends every thread at once; their jobs fail. */
  async kill(): Promise<void> {
    this.#isEnding = true;
    this.#refuseWaiting(threadDied('a thread', ended()));
    this.#wakeWhoWaits(); // for jobs of threads that block
    await this.#crew.kill();
  }

  /** Overload is decided here: a job goes to the thread that has the fewest, or waits its turn. */
  #assign(job: ThreadJob): void {
    if (this.#isEnding) {
      this.#refuse(job, threadDied('a thread', ended()));
      return;
    }
    this.#waiting.push(job);
    this.#serveWaiting();
    if (this.#waiting.length > 0) this.#crew.fill();
  }

  /** Gives waiting jobs to threads with room. */
  #serveWaiting(): void {
    while (this.#waiting.length > 0) {
      const thread = this.#crew.leastBusy();
      const job = thread === undefined ? undefined : this.#waiting.shift();
      if (thread === undefined || job === undefined) return;
      try {
        thread.post(job);
        this.#crew.posted(thread);
      } catch (error) {
        this.#refuse(job, error);
      }
    }
  }

  /** What a thread leaves behind goes to others if it was not begun, and can be posted again. */
  #takeBack(error: Error, { begun, untouched }: Remains): void {
    for (const job of begun) {
      job.fail(error);
      this.#countOut();
    }
    for (const job of untouched.toReversed()) {
      if (job.canBeReposted && !this.#isEnding) this.#waiting.unshift(job);
      else this.#refuse(job, error);
    }
    this.#serveWaiting();
  }

  #refuseWaiting(error: unknown): void {
    for (const job of this.#waiting.splice(0)) this.#refuse(job, error);
  }

  #refuse(job: ThreadJob, error: unknown): void {
    job.refuse(error);
    this.#countOut();
  }

  #countOut(): void {
    this.#jobs--;
    if (this.#jobs === 0) this.#wakeWhoWaits();
  }

  #wakeWhoWaits(): void {
    for (const resolve of this.#whenIdle.splice(0)) resolve();
  }
}

/** Whoever called `reload()` has the error; the next one only waits for its end. */
function isReportedByReload(): void {}
