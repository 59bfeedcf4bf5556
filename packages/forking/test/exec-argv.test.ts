import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { execArgvForChildren } from '../src/exec-argv.js';
import { COMMANDS } from './support/servers.js';

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
])('of %j the children get %j', (given, expected) => {
  expect(execArgvForChildren(given)).toEqual(expected);
});

test('a server in a program that is no file starts children of its own, not copies of the program', async () => {
  const { NODE_OPTIONS: _, ...env } = process.env;
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
