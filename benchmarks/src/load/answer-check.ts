/** Compares an answer with what it should be, as its bytes come in. */
export class AnswerCheck {
  readonly #expected: Buffer;
  #received = 0;

  constructor(expected: Buffer) {
    this.#expected = expected;
  }

  get isComplete(): boolean {
    return this.#received === this.#expected.length;
  }

  /** @returns false at the first byte that is wrong, or one too many */
  take(chunk: Buffer): boolean {
    const from = this.#received;
    this.#received += chunk.length;
    if (this.#received > this.#expected.length) return false;
    return chunk.compare(this.#expected, from, this.#received) === 0;
  }
}
