import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Machine } from '../measure/machine.js';
import type { RoundTrial } from '../measure/rounds.js';
import type { Summary } from './summary.js';

/** What a run leaves behind. */
export interface Result {
  readonly format: 1;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly machine: Machine;
  readonly summaries: readonly Summary[];
  readonly trials: readonly RoundTrial[];
}

/** Writes a result into a folder, named for when it was begun. @returns the path of the file */
export function writeResult(result: Result, folder: string): string {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${result.startedAt.replaceAll(':', '-')}.json`);
  writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
  return file;
}
