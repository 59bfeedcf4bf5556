// Packs what would be published, and checks it as its users would find it.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { PNPM } from './pnpm.mjs';

const PUBLISHED = ['core', 'threading', 'forking'];
const ROOT = fileURLToPath(new URL('..', import.meta.url));

const folder = mkdtempSync(join(tmpdir(), 'packages-'));
process.on('exit', () => rmSync(folder, { recursive: true }));

for (const name of PUBLISHED) {
  const tarball = join(folder, `${name}.tgz`);
  // pnpm's pack, because it writes versions where package.json says `workspace:` and `catalog:`.
  run('npx', '--yes', PNPM, '--dir', `packages/${name}`, '--silent', 'pack', '--out', tarball);
  run('npx', 'publint', '--strict', tarball);
  run('npx', 'attw', '--profile', 'esm-only', tarball);
}

function run(command, ...args) {
  const { status } = spawnSync(command, args, { cwd: ROOT, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
