import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('./calibrate-main.js', import.meta.url));

/** @returns how many bytes this Node hashes in a microsecond, on this machine */
export function calibrateHash(node: string): number {
  return Number(execFileSync(node, [PROGRAM], { encoding: 'utf8' }));
}
