import type { Child } from './child.js';

/**
 * A child is *starting*, then a *standby*, then *serving*, then *retiring*: it takes nothing more, and is ended
 * when its requests are. A serving child that stops acknowledging is *silent*: it is replaced, and retires when
 * it answers again. A *fresh* one has loaded the handler anew, and waits for the others of its reload.
 */
export type Role = 'starting' | 'fresh' | 'standby' | 'serving' | 'silent' | 'retiring';

/** The children of one server, each with what it is to it, oldest first. */
export class Crew {
  readonly #roles = new Map<Child, Role>();

  get all(): Child[] {
    return [...this.#roles.keys()];
  }

  roleOf(child: Child): Role | undefined {
    return this.#roles.get(child);
  }

  in(role: Role): Child[] {
    return this.all.filter((child) => this.#roles.get(child) === role);
  }

  count(role: Role): number {
    let count = 0;
    for (const other of this.#roles.values()) if (other === role) count++;
    return count;
  }

  assign(child: Child, role: Role): void {
    this.#roles.set(child, role);
  }

  remove(child: Child): void {
    this.#roles.delete(child);
  }

  [Symbol.iterator](): IterableIterator<[Child, Role]> {
    return this.#roles.entries();
  }
}
