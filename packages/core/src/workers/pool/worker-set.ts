import type { Worker } from './worker.js';

/**
 * A worker is *starting*, then a *standby*, then *serving*, then *draining*: it takes nothing more, and is ended when its
 * jobs are. A serving one that stops acknowledging is *unresponsive*: it is replaced, and drains when it answers again. A
 * *fresh* one has loaded the handler anew, and waits for the others of its reload. An *abandoned* one is lost, and its
 * thread is not gone.
 */
export type Role = 'starting' | 'fresh' | 'standby' | 'serving' | 'unresponsive' | 'draining' | 'abandoned';

/** The workers of one server, each with its role, oldest first. */
export class WorkerSet {
  readonly #roles = new Map<Worker, Role>();

  get all(): Worker[] {
    return [...this.#roles.keys()];
  }

  roleOf(worker: Worker): Role | undefined {
    return this.#roles.get(worker);
  }

  in(role: Role): Worker[] {
    return this.all.filter((worker) => this.#roles.get(worker) === role);
  }

  count(...roles: Role[]): number {
    let count = 0;
    for (const role of this.#roles.values()) if (roles.includes(role)) count++;
    return count;
  }

  assign(worker: Worker, role: Role): void {
    this.#roles.set(worker, role);
  }

  remove(worker: Worker): void {
    this.#roles.delete(worker);
  }

  [Symbol.iterator](): IterableIterator<[Worker, Role]> {
    return this.#roles.entries();
  }
}
