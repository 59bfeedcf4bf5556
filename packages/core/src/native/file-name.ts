import { isUtf8 } from 'node:buffer';

// The system's names are bytes, and need not be UTF-8. As text they have the form that Python gives them (PEP 383,
// `surrogateescape`): a byte that is no UTF-8 becomes a character of its own, U+DC80 to U+DCFF, which UTF-8 cannot have. So
// that every name has one text, and its text one name.
const ESCAPE = 0xdc00;
const FIRST_ESCAPE = 0xdc80;
const LAST_ESCAPE = 0xdcff;
/** The longest character of UTF-8, in bytes. */
const MAX_CHARACTER = 4;
/** A surrogate that is no half of a character. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** The text of a name. */
export function decodeName(bytes: Buffer): string {
  const text = bytes.toString();
  // Most names are UTF-8. What is not has U+FFFD in its place.
  if (!text.includes('\ufffd') || isUtf8(bytes)) return text;
  let name = '';
  for (let at = 0; at < bytes.length;) {
    const length = characterLength(bytes, at);
    if (length === 0) name += String.fromCharCode(ESCAPE + (bytes[at] ?? 0));
    else name += bytes.toString('utf8', at, at + length);
    at += Math.max(length, 1);
  }
  return name;
}

/** The name that a text stands for; undefined when it stands for none. */
export function encodeName(text: string): Buffer | undefined {
  if (!LONE_SURROGATE.test(text)) return Buffer.from(text);
  const parts: Buffer[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code >= FIRST_ESCAPE && code <= LAST_ESCAPE) parts.push(Buffer.of(code - ESCAPE));
    else if (LONE_SURROGATE.test(character)) return undefined;
    else parts.push(Buffer.from(character));
  }
  return Buffer.concat(parts);
}

/** How many bytes the character has that begins there; 0 when none does. */
function characterLength(bytes: Buffer, at: number): number {
  for (let length = 1; length <= MAX_CHARACTER && at + length <= bytes.length; length++) {
    if (isUtf8(bytes.subarray(at, at + length))) return length;
  }
  return 0;
}
