// Packs what would be published, and checks it as its users would find it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packInto, run } from './packages.mjs';

const folder = mkdtempSync(join(tmpdir(), 'packages-'));
process.on('exit', () => rmSync(folder, { recursive: true }));

for (const file of packInto(folder)) {
  run('npx', 'publint', '--strict', file);
  run('npx', 'attw', '--profile', 'esm-only', file);
}
