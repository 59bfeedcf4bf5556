import type { HandlerStyle } from '../protocol.js';

/** A way to serve, as a program of its own. */
export interface Strategy {
  readonly name: string;
  /** In words, for the report. */
  readonly title: string;
  /** Part of this project: it can serve with any handler. */
  readonly isOurs: boolean;
  readonly style: HandlerStyle;
  readonly runtime: 'node' | 'python3';
  /** The program and its first arguments: see `serve`. A ServerPlan comes after them. */
  readonly args: readonly string[];
}
