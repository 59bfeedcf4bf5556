import { inspect } from 'node:util';
import type { ClientAddress, InetClientAddress, UnixClientAddress } from '../address.js';
import { cut, isErrorLike, isSmall, MAX_READ, textOf } from './bounded-text.js';
import { deserializeError, serializeError } from './serialized-error.js';

const RULE = '-'.repeat(40);

/** Bytes of a report: a client can make an error long, and a log should not fill a disk for it. */
const MAX_REPORT = 16_384;
/** Bytes of it that are left for other lines than the error's: a path can have 107 bytes, and each can become four. */
const MAX_FRAME = 768;

/**
 * The block that the default `handleError` prints, in CPython's form. Its lines are the time (ISO 8601) and the rule, the
 * headline, the error, and the rule again. Whatever a client has put into the error is in the error's lines, and cannot look like
 * the others: every line after the first is indented. It has at most 16 KiB, whatever was thrown.
 */
export function errorReport(error: unknown, clientAddress?: ClientAddress): string {
  const where =
    clientAddress === undefined
      ? 'in the server'
      : `during processing of the request of ${clientName(clientAddress)}`;
  const text = escapeControls(beginningOf(shown(error))).replaceAll('\n', '\n  ');
  return [`${new Date().toISOString()} ${RULE}`, `Exception occurred ${where}`, fit(text), RULE].join('\n');
}

/** `127.0.0.1:52044`, `[::1]:52044`, a path, or `an unnamed peer`. */
function clientName(clientAddress: ClientAddress): string {
  const {
    address,
    port,
    path = '',
  } = Object(clientAddress) as Partial<InetClientAddress & UnixClientAddress>;
  if (address === undefined) return path === '' ? 'an unnamed peer' : pathName(path);
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** A client names its own socket: a newline in there would begin a line of its own. */
function pathName(path: string): string {
  return escapeControls(path).replaceAll('\n', '\\x0a');
}

/**
 * Whatever was thrown; some values throw when they are looked at. A text could begin with anything, the rule
 * included, so it is told what it is. Of an error that is large only the texts are shown that cross from a worker too.
 */
function shown(error: unknown): string {
  try {
    if (typeof error === 'string') return `Thrown: ${cut(error)}`;
    if (isErrorLike(error) && !isSmall(error)) return inspect(deserializeError(serializeError(error)));
    return isErrorLike(error) ? inspect(error) : textOf(error);
  } catch {
    return 'a value that throws when it is read';
  }
}

/** Before each character is looked at. */
function beginningOf(text: string): string {
  return text.length <= MAX_READ ? text.slice(0, MAX_REPORT) : cut(text);
}

function fit(text: string): string {
  const most = MAX_REPORT - MAX_FRAME;
  if (Buffer.byteLength(text) <= most) return text;
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(most));
  return `${text.slice(0, read)}… (cut)`;
}

/**
 * What moves a terminal's cursor, what some readers of logs take for the end of a line (U+2028, U+2029), and what
 * turns text round, so that it reads other than it is. And half a character, which is printed as U+FFFD, whichever it is.
 */
const UNSAFE = /(?![\t\n])[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Surrogate}]/gu;

/** What a client sends can end up in a message. */
function escapeControls(text: string): string {
  return text.replaceAll(UNSAFE, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x100
      ? `\\x${code.toString(16).padStart(2, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}
