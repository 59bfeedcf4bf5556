import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Result } from '../result-file.js';
import { renderChoosing } from './choosing.js';

const CHOOSING = fileURLToPath(new URL('../../../../docs/choosing.md', import.meta.url));

/** Writes `docs/choosing.md`. @returns its path */
export function writeChoosing(result: Result, file = CHOOSING): string {
  writeFileSync(file, renderChoosing(result));
  return file;
}

/** The file of the newest result: their names say when they were begun. @returns undefined if there is none */
export function newestResult(folder: string): string | undefined {
  const name = filesOf(folder)
    .filter((one) => one.endsWith('.json'))
    .toSorted()
    .at(-1);
  return name === undefined ? undefined : join(folder, name);
}

function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // nothing was measured yet
  }
}
