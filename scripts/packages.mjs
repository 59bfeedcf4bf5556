// What is published, and how it is packed.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PNPM } from './pnpm.mjs';

const PUBLISHED = ['core', 'threading', 'forking'];
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** @returns the files, one for each package */
export function packInto(folder) {
  return PUBLISHED.map((name) => {
    const file = join(folder, `${name}.tgz`);
    // pnpm's pack, because it writes versions where package.json says `workspace:` and `catalog:`.
    run('npx', '--yes', PNPM, '--dir', `packages/${name}`, '--silent', 'pack', '--out', file);
    return file;
  });
}

/** Ends this process if the program fails. */
export function run(command, ...args) {
  const { status } = spawnSync(command, args, { cwd: ROOT, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
