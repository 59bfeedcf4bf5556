import { inspect, types } from 'node:util';

/** Characters of one text that are kept. A report is for people; a longer one would hold up whoever makes or reads it. */
export const MAX_TEXT = 4_096;
/** A longer text is not read at all: V8 may not have put it together yet, and that can take seconds. */
export const MAX_READ = 4_194_304;
/** What is looked at for one report: values, and characters of them. */
const MAX_VALUES = 1_000;
const MAX_CHARACTERS = 16_384;
/** `inspect` shows nothing that lies deeper. */
const MAX_DEPTH = 3;
/** A longer number takes long to be written: the time grows faster than its length. */
const MAX_BITS = 4_096;

/** The beginning of a text, and how long it is if that is not all. */
export function cut(text: string): string {
  if (text.length <= MAX_TEXT) return text;
  const beginning = text.length <= MAX_READ ? text.slice(0, MAX_TEXT) : '';
  return `${beginning}… (${text.length} characters)`;
}

/** A text of whatever was thrown, cut. @throws what a value throws when it is read */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return cut(value);
  return cut(isSmall(value) ? inspect(value) : `${Object.prototype.toString.call(value)}, too large to show`);
}

/** Whether `inspect` takes no longer for it than for any usual error. @throws what a value throws when it is read */
export function isSmall(value: unknown): boolean {
  return new Measure().takes(value);
}

/** Looks at what `inspect` would look at, until it is too much. */
class Measure {
  #values = MAX_VALUES;
  #characters = MAX_CHARACTERS;

  /** @returns whether there was room for it */
  takes(value: unknown, depth = 0): boolean {
    if (--this.#values < 0) return false;
    switch (typeof value) {
      case 'string':
        return (this.#characters -= value.length) >= 0;
      case 'symbol':
        return this.takes(value.description, depth);
      case 'bigint':
        return BigInt.asIntN(MAX_BITS, value) === value;
      case 'object':
      case 'function':
        return value === null || depth > MAX_DEPTH || this.#takesObject(value, depth + 1);
      default:
        return true;
    }
  }

  /** Of bytes `inspect` shows the first few. The keys of a boxed text are its characters. */
  #takesObject(value: object, depth: number): boolean {
    if (types.isProxy(value) || types.isBoxedPrimitive(value)) return false;
    if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) return true;
    if (Array.isArray(value) && value.length > this.#values) return false;
    return (
      this.#takesEntries(value, depth) && this.#takesError(value, depth) && this.#takesKeys(value, depth)
    );
  }

  #takesEntries(value: object, depth: number): boolean {
    if (types.isMap(value)) {
      if (value.size > this.#values) return false;
      for (const [key, entry] of value)
        if (!this.takes(key, depth) || !this.takes(entry, depth)) return false;
    }
    if (types.isSet(value)) {
      if (value.size > this.#values) return false;
      for (const entry of value) if (!this.takes(entry, depth)) return false;
    }
    return true;
  }

  /** What an error has besides its enumerable keys. */
  #takesError(value: object, depth: number): boolean {
    if (!isErrorLike(value)) return true;
    if (!this.takes(value.name, depth) || !this.takes(value.message, depth)) return false;
    const { stack, cause, errors } = value; // a stack is made of name and message when it is first read
    return [stack, cause, errors].every((part) => this.takes(part, depth));
  }

  #takesKeys(value: object, depth: number): boolean {
    return Reflect.ownKeys(value).every((key) => {
      const property = Object.getOwnPropertyDescriptor(value, key);
      if (property?.enumerable !== true) return true;
      return this.takes(key, depth) && this.takes(property.value, depth); // a getter is not called
    });
  }
}

type ErrorLike = Error & { readonly code?: unknown; readonly errors?: unknown };

/** By its shape: an error of another realm is no `instanceof Error`. */
export function isErrorLike(value: unknown): value is ErrorLike {
  return typeof value === 'object' && value !== null && 'message' in value && 'name' in value;
}
