// Makes the checkout ready to run: installs what the lockfile says, if that changed, and compiles.
// Prints at most one line when all goes well, else the output of what failed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { PNPM } from './pnpm.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const STAMP = join(ROOT, 'node_modules/.cache/setup-stamp');

if (!isInstalled()) install();
run(process.execPath, ['node_modules/typescript/bin/tsc', '-b']);

function isInstalled() {
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wantedState();
}

function install() {
  console.log('Installing dependencies…');
  // An install that breaks off half-way must not look finished the next time.
  rmSync(STAMP, { force: true });
  run('npx', ['--yes', PNPM, 'install', '--frozen-lockfile']);
  mkdirSync(dirname(STAMP), { recursive: true });
  writeFileSync(STAMP, wantedState());
}

/** Everything that decides what an install puts into node_modules, as one hash. */
function wantedState() {
  const packages = readdirSync(join(ROOT, 'packages')).map((name) => `packages/${name}/package.json`);
  const files = [
    'pnpm-lock.yaml',
    'pnpm-workspace.yaml',
    'package.json',
    'benchmarks/package.json',
    ...packages,
  ];
  const hash = createHash('sha256').update(PNPM);
  for (const file of files) {
    if (existsSync(join(ROOT, file))) hash.update(`\n${file}\n`).update(readFileSync(join(ROOT, file)));
  }
  return hash.digest('hex');
}

function run(command, args) {
  const { error, status, stdout, stderr } = spawnSync(command, args, { cwd: ROOT, encoding: 'utf8' });
  if (error) throw error;
  if (status === 0) return;
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  console.error(`Set-up failed: ${[command, ...args].join(' ')}`);
  // Null when a signal ended it.
  process.exit(status ?? 1);
}
