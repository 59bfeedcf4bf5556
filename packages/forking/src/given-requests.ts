import { protocolError } from './errors.js';
import { release, type Job } from './job.js';

interface Sent {
  readonly job: Job;
  readonly deadline: number;
}

/** The requests that one child was given: first sent, then, once it has acknowledged them, begun. */
export class GivenRequests {
  readonly #sent = new Map<number, Sent>();
  readonly #begun = new Map<number, Job>();

  get sentCount(): number {
    return this.#sent.size;
  }

  get begunCount(): number {
    return this.#begun.size;
  }

  /** The deadline of the one that was sent first, among those that are not acknowledged. */
  get firstDeadline(): number | undefined {
    for (const { deadline } of this.#sent.values()) return deadline;
    return undefined;
  }

  send(job: Job, deadline: number): void {
    this.#sent.set(job.id, { job, deadline });
  }

  /** The child has it: the parent's copy is closed. @throws {SocketServerError} ERR_SOCKETSERVER_PROTOCOL */
  begin(id: number): void {
    const sent = this.#sent.get(id);
    if (sent === undefined) throw protocolError('a request that this child was given', id);
    this.#sent.delete(id);
    this.#begun.set(id, sent.job);
    release(sent.job);
  }

  /** @throws {SocketServerError} ERR_SOCKETSERVER_PROTOCOL */
  end(id: number): Job {
    const job = this.#begun.get(id);
    if (job === undefined) throw protocolError('a request that this child has begun', id);
    this.#begun.delete(id);
    return job;
  }

  /** Takes back one that was not begun. @returns undefined if that has been done already */
  takeBack(id: number): Job | undefined {
    const sent = this.#sent.get(id);
    this.#sent.delete(id);
    return sent?.job;
  }

  /** Takes back those whose deadline was before `time`. */
  takeBackLate(time: number): Job[] {
    const late = [...this.#sent.values()].filter(({ deadline }) => deadline <= time).map(({ job }) => job);
    for (const { id } of late) this.#sent.delete(id);
    return late;
  }

  /** Takes back everything: the child has ended. */
  empty(): { sent: Job[]; begun: Job[] } {
    const all = { sent: Array.from(this.#sent.values(), ({ job }) => job), begun: [...this.#begun.values()] };
    this.#sent.clear();
    this.#begun.clear();
    return all;
  }
}
