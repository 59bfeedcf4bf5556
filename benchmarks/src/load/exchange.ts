/** A request, and the only right answer to it. */
export interface Exchange {
  readonly request: Buffer;
  readonly answer: Buffer;
}

/** Different requests, so that an answer which belongs to another one is seen to be wrong. */
const KINDS = 64;
/** Bytes of a request, its newline included. */
const SIZE = 64;

const exchanges: readonly Exchange[] = Array.from({ length: KINDS }, (_, kind) => {
  const text = `${`request ${kind} `.padEnd(SIZE - 1, 'abcdefghijklmnopqrstuvwxyz')}\n`;
  return { request: Buffer.from(text), answer: Buffer.from(text.toUpperCase()) };
});

/** The exchange of the `n`th request. */
export function exchange(n: number): Exchange {
  return exchanges[n % KINDS]!;
}
