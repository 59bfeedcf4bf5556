import { Socket } from 'node:net';
import stream from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { BaseRequestHandler } from '@socketserver/core';

/** After so many calls V8 remembers what a function is given. */
const MANY = 1_000;

/** Answers whether V8 sees one kind of object in the options of two sockets: `true` or `false`. */
export default class HiddenClass extends BaseRequestHandler {
  static readonly url = import.meta.url;

  override handle(): void {
    for (let i = 0; i < MANY; i++) optionsOfSocket();
    this.request.end(String(haveSameMap(optionsOfSocket(), optionsOfSocket())));
  }
}

/** What `net.Socket` makes of the options that it is given, as its base class gets it. */
function optionsOfSocket(): unknown {
  const { Duplex } = stream;
  let seen: unknown;
  function Watched(this: unknown, options: unknown): void {
    seen = options;
    Duplex.call(this as never, options as never);
  }
  stream.Duplex = Object.assign(Watched, Duplex) as unknown as typeof Duplex;
  try {
    void new Socket({ allowHalfOpen: true });
  } finally {
    stream.Duplex = Duplex;
  }
  return seen;
}

function haveSameMap(one: unknown, other: unknown): boolean {
  setFlagsFromString('--allow-natives-syntax');
  // oxlint-disable-next-line typescript/no-implied-eval -- the compiler does not know the syntax
  return new Function('one', 'other', 'return %HaveSameMap(one, other)')(one, other) as boolean;
}
