/** Compares an answer with what it should be, as its bytes come in. */
export class AnswerCheck {
  readonly #expected: Buffer | null;
  #received = 0;

  /** @param expected - null: any answer that is not empty */
  constructor(expected: Buffer | null) {
    this.#expected = expected;
  }

  get isComplete(): boolean {
    return this.#expected === null ? this.#received > 0 : this.#received === this.#expected.length;
  }

  /** @returns false at the first byte that is wrong, or one too many */
  take(chunk: Buffer): boolean {
    const from = this.#received;
    this.#received += chunk.length;
    if (this.#expected === null) return true;
    if (this.#received > this.#expected.length) return false;
    return chunk.compare(this.#expected, from, this.#received) === 0;
  }
}
