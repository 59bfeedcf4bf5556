/**
 * Holds what comes and goes by the thousand a second, each under a small number.
 *
 * A `Map` or `Set` would do the same, and cost the garbage collector more than the rest: whenever it outgrows its
 * table it leaves the old one behind with a pointer to the new. Once one of them is in V8's old space, the young
 * collection takes all that follow for alive, with whatever was in them: the connections of a busy server were
 * copied, one and all, and freed by the full collection only. Here nothing is left behind.
 */
export class Slots<Item extends object> {
  readonly #items: (Item | undefined)[] = [];
  readonly #free: number[] = [];
  #size = 0;

  /** How many items there are. */
  get size(): number {
    return this.#size;
  }

  /** @returns the item's number until it is removed; another one may get it afterwards */
  add(item: Item): number {
    this.#size++;
    const slot = this.#free.pop() ?? this.#items.length;
    this.#items[slot] = item;
    return slot;
  }

  /** The item with this number; undefined if there is none. */
  at(slot: number): Item | undefined {
    return this.#items[slot];
  }

  /** Takes out the item with this number. @returns undefined if there is none */
  remove(slot: number): Item | undefined {
    const item = this.#items[slot];
    if (item === undefined) return undefined;
    this.#size--;
    this.#items[slot] = undefined;
    this.#free.push(slot);
    return item;
  }

  /** Takes out all of them. */
  empty(): Item[] {
    const items = [...this];
    this.#items.length = 0;
    this.#free.length = 0;
    this.#size = 0;
    return items;
  }

  /** In no order. One that is removed meanwhile is left out. */
  *[Symbol.iterator](): Generator<Item, void, undefined> {
    for (const item of this.#items) if (item !== undefined) yield item;
  }
}
