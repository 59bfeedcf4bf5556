import type { Printed } from '../protocol.js';

const printed: { -readonly [Key in keyof Printed]: number } = { blocks: 0, longest: 0 };

/** From now on what the servers print of errors is counted, and not printed. */
export function countPrinted(): void {
  console.error = (text: unknown) => {
    printed.blocks++;
    printed.longest = Math.max(printed.longest, Buffer.byteLength(String(text)));
  };
}

export function whatWasPrinted(): Printed {
  return printed;
}
