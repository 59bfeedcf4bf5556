const RealDate = Date;
let offset = 0;

/**
 * Moves the clock of this thread: `Date` tells a time that is `ms` off. What a changed system clock would do to
 * a program, without changing that of the machine; monotonic clocks do not jump, and go on.
 */
export function movedClock(ms: number): void {
  offset = ms;
  if (ms === 0) {
    globalThis.Date = RealDate;
    return;
  }
  globalThis.Date = class extends RealDate {
    constructor(...args: []) {
      super(...((args.length === 0 ? [RealDate.now() + offset] : args) as []));
    }
    static override now(): number {
      return RealDate.now() + offset;
    }
  } as DateConstructor;
}
