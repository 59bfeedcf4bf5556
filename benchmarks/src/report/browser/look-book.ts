import type { PageLook } from '../page/page-data.js';

/** How each strategy is drawn. */
export class LookBook {
  readonly #looks: ReadonlyMap<string, PageLook>;

  constructor(looks: readonly PageLook[]) {
    this.#looks = new Map(looks.map((look) => [look.strategy, look]));
  }

  colour(strategy: string): string {
    return this.#look(strategy).colour;
  }

  /** What fills a bar: a peer's is hatched. */
  fill(strategy: string): string {
    return this.#look(strategy).fill;
  }

  symbol(strategy: string): string {
    return this.#look(strategy).symbol;
  }

  isOurs(strategy: string): boolean {
    return this.#look(strategy).isOurs;
  }

  #look(strategy: string): PageLook {
    const look = this.#looks.get(strategy);
    if (look === undefined) throw new Error(`Expected the page to know how '${strategy}' looks, got nothing`);
    return look;
  }
}
