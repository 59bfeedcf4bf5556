// Runs the tests under bun and deno, which it gets first: `npm run test:runtimes`. Linux only.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ROOT, run } from './packages.mjs';

/** The packages that hold nothing but the binary, and where in them it is. */
const BINARIES = {
  x64: { '@oven/bun-linux-x64': 'bin', '@deno/linux-x64-glibc': '.' },
  arm64: { '@oven/bun-linux-aarch64': 'bin', '@deno/linux-arm64-glibc': '.' },
};

const binaries = process.platform === 'linux' ? BINARIES[process.arch] : undefined;
if (binaries === undefined)
  throw new Error(`Expected Linux on x64 or arm64, got ${process.platform} on ${process.arch}`);

// Outside the workspace's own packages: they are some 90 MB each.
const folder = join(ROOT, 'node_modules/.cache/runtimes');
mkdirSync(folder, { recursive: true });
run('npm', 'install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund', ...Object.keys(binaries));
const folders = Object.entries(binaries).map(([name, inside]) => join(folder, 'node_modules', name, inside));
const { status } = spawnSync(
  process.execPath,
  ['node_modules/jest/bin/jest.js', 'packages/core/test/runtimes', ...process.argv.slice(2)],
  {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, PATH: [...folders, process.env.PATH].join(delimiter) },
  },
);
process.exitCode = status ?? 1;
