import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Result } from '../result-file.js';
import { renderChoosing } from './choosing.js';

const CHOOSING = fileURLToPath(new URL('../../../../docs/choosing.md', import.meta.url));

/** Writes `docs/choosing.md`. @returns its path */
export function writeChoosing(result: Result, file = CHOOSING): string {
  writeFileSync(file, renderChoosing(result));
  return file;
}
