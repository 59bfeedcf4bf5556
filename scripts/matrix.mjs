// Runs the Jest suite, with the whole contract, on every major version of Node that is supported, and prints one table.
// Arguments go to Jest: `npm run test:matrix -- packages/core`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const VERSIONS = [20, 22, 24, 26];
const ROOT = fileURLToPath(new URL('..', import.meta.url));
// Unlike the package `node`, the packages it is made of have no install script.
const NODE_PACKAGE = `node-${process.platform}-${process.arch}`;

const reports = mkdtempSync(join(tmpdir(), 'matrix-'));
const rows = VERSIONS.map((version) => testOn(version));
rmSync(reports, { recursive: true });
console.table(Object.fromEntries(rows.map(({ node, ...row }) => [node, row])));
process.exitCode = rows.every((row) => row.status === 0) ? 0 : 1;

function testOn(version) {
  console.log(`\nNode ${version}`);
  const report = join(reports, `${version}.json`);
  const node = ['--yes', '--package', `${NODE_PACKAGE}@${version}`, 'node'];
  const jest = [
    'node_modules/jest/bin/jest.js',
    '--json',
    `--outputFile=${report}`,
    ...process.argv.slice(2),
  ];
  const started = performance.now();
  const { status } = spawnSync('npx', [...node, ...jest], {
    cwd: ROOT,
    env: { ...process.env, CONTRACT: 'whole' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const seconds = Math.round((performance.now() - started) / 1000);
  return { node: `Node ${version}`, status, seconds, ...counts(report) };
}

function counts(report) {
  try {
    const {
      numPassedTests: passed,
      numFailedTests: failed,
      numPendingTests: skipped,
    } = JSON.parse(readFileSync(report, 'utf8'));
    return { passed, failed, skipped };
  } catch {
    // Jest ended before it could write a report; the status says so.
    return {};
  }
}
