/** A class, abstract or not. `any[]` is what TypeScript asks of the constructor of a mixin (TS2545). */
// oxlint-disable-next-line typescript/no-explicit-any
export type AbstractConstructor<T = object> = abstract new (...args: any[]) => T;

/**
 * What a mixin returns: the class it was given, with the members it adds. Members come first, because of two
 * signatures of one method (a mixin's `stats()` has more figures) TypeScript takes the first that fits.
 */
export type Mixed<Base extends AbstractConstructor, Members> = AbstractConstructor<Members> & Base;
