/** A list that can be waited for. */
export class Log<Entry> {
  readonly entries: Entry[] = [];
  #waiters: (() => void)[] = [];

  get length(): number {
    return this.entries.length;
  }

  add(entry: Entry): void {
    this.entries.push(entry);
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }

  /** Resolves once there are `count` entries. */
  async atLeast(count: number): Promise<readonly Entry[]> {
    while (this.entries.length < count) await new Promise<void>((resolve) => this.#waiters.push(resolve));
    return this.entries;
  }
}
