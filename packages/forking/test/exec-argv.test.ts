import { execFile } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { execArgvForChildren } from '../src/exec-argv.js';
import { COMMANDS, fixture } from './support/servers.js';

const { NODE_OPTIONS: _, ...env } = process.env;

test.each([
  [
    ['--no-warnings', '--max-old-space-size=100'],
    ['--no-warnings', '--max-old-space-size=100'],
  ],
  [
    ['--require', './x.cjs', '-e', 'program()', '--no-warnings'],
    ['--require', './x.cjs', '--no-warnings'],
  ],
  [['--input-type=module', '--eval', 'program()'], []],
  [['--input-type', 'module', '-p', 'program()'], []],
  [['--eval=program()', '--inspect-brk', '--inspect=127.0.0.1:0', '--inspect-port=1'], []],
  [['--inspect-port', '9331', '--no-warnings', '--debug-port', '9331'], ['--no-warnings']],
  [['--test', '--test-isolation=none', '--no-warnings'], ['--no-warnings']],
  [['--inspect-publish-uid', 'http', '--no-warnings'], ['--no-warnings']],
])('of %j the children get %j', (given, expected) => {
  expect(execArgvForChildren(given)).toEqual(expected);
});

test('a server in a program that is no file starts children of its own, not copies of the program', async () => {
  const program = `
    import { ForkingTCPServer } from ${JSON.stringify(import.meta.resolve('@socketserver/forking'))};
    const server = new ForkingTCPServer({ host: '127.0.0.1', port: 0 }, new URL(${JSON.stringify(COMMANDS.href)}));
    server.maxChildren = 2;
    await server.listen();
    console.log(server.activeChildren.length);
    await server.close();`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], {
    env,
  });
  expect(stdout).toBe('2\n');
});

test('what was preloaded by a relative name is found after chdir(); the handler runs in the new directory', async () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'forking-')));
  try {
    writeFileSync(join(folder, 'preloaded.mjs'), 'process.env.PRELOADED = "mjs";');
    writeFileSync(join(folder, 'preloaded.cjs'), 'process.env.PRELOADED_TOO = "cjs";');
    const program = fileURLToPath(fixture('leaves-its-directory.mjs'));
    const options = ['--import', './preloaded.mjs', '-r', './preloaded.cjs'];
    const { stdout } = await promisify(execFile)(process.execPath, [...options, program], {
      cwd: folder,
      env,
    });
    expect(stdout).toBe('mjs cjs / mjs cjs /\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('children are replaced when the working directory has been removed', async () => {
  const program = [fileURLToPath(fixture('leaves-its-directory.mjs')), 'removed'];
  const { stdout } = await promisify(execFile)(process.execPath, program, { env });
  expect(stdout).toMatch(/^ {2}(\S+) {3}\1 \(deleted\)\n$/);
});
