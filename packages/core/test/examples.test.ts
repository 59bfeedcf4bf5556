import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from '@jest/globals';
import { ask } from './support/clients.js';
import { runFile, Program } from './support/program.js';
import { TemporaryDirectory } from './support/servers.js';

const FOLDER = new URL('../examples/', import.meta.url);
const describeIf = (condition: boolean) => (condition ? describe : describe.skip);
const has = (command: string): boolean => spawnSync('which', [command]).status === 0;
const example = (name: string, ...args: string[]): Program =>
  runFile(`packages/core/examples/dist/${name}.js`, ...args);
const portOf = (server: Program): Promise<string> => server.printed(/Listening on port (\d+)\n/);

describe('examples', () => {
  test.each(readdirSync(FOLDER).filter((name) => name.endsWith('.ts')))('%s has at most 20 lines', (name) => {
    expect(readFileSync(new URL(name, FOLDER), 'utf8').trimEnd().split('\n').length).toBeLessThanOrEqual(20);
  });

  test.each([
    ['tcp', /^127\.0\.0\.1:\d+ wrote good day$/m],
    ['udp', /^127\.0\.0\.1:\d+ sent good day$/m],
  ])('%s: the server prints who wrote what, the client its answer', async (name, wrote) => {
    await using server = example(`${name}-server`, '0');
    await using client = example(`${name}-client`, await portOf(server), 'good', 'day');
    expect(await client.ended).toEqual({
      code: 0,
      stdout: 'Sent:     good day\nReceived: GOOD DAY\n',
      stderr: '',
    });
    await server.printed(wrote);
  });

  test('concurrent: three clients are served, and the program ends by itself', async () => {
    await using program = example('concurrent');
    const { code, stdout, stderr } = await program.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n')).toEqual([
      ...[1, 2, 3].map((n) => `Received: process ${program.process.pid}, thread 0: Hello World ${n}`),
      '',
    ]);
  });

  test('echo: the client is greeted, and hears itself until it says exit', async () => {
    await using server = example('echo-server', '0');
    await using client = example('echo-client', await portOf(server));
    client.process.stdin?.write('one\n');
    await client.printed(/^one$/m);
    client.process.stdin?.write('two\nexit\n');
    const { code, stdout } = await client.ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Hello 127\.0\.0\.1:\d+, it is \d{4}-\d\d-\d\dT\S+Z\none\ntwo\n$/);
    await server.printed(/^127\.0\.0\.1:\d+ left$/m);
  });

  describeIf(has('nc'))('with nc', () => {
    test('unix-stream: nc is answered in upper case', async () => {
      using directory = new TemporaryDirectory();
      const path = directory.join('upper.sock');
      await using server = example('unix-stream-server', path);
      const command = await server.printed(/try: (.*)/);
      await using client = new Program('sh', ['-c', command]);
      expect(await client.ended).toEqual({ code: 0, stdout: 'HELLO\n', stderr: '' });
    });
  });

  describeIf(has('logger'))('with logger', () => {
    test('unix-datagram: logger is heard', async () => {
      using directory = new TemporaryDirectory();
      await using server = example('unix-datagram-server', directory.join('log.sock'));
      const command = await server.printed(/try: (.*)/);
      await using client = new Program('sh', ['-c', command]);
      expect(await client.ended).toEqual({ code: 0, stdout: '', stderr: '' });
      await server.printed(/^<13>.*: hello$/m);
    });
  });

  // Linux answers to all of 127/8; elsewhere a second loopback address has to be set up first.
  describeIf(process.platform === 'linux')('with a second loopback address', () => {
    test('choosy: one address is refused', async () => {
      await using server = example('choosy-server', '0', '127.0.0.2');
      const port = Number(await portOf(server));
      expect(await ask({ host: '127.0.0.1', port, family: 'IPv4' }, 'hello\n')).toBe('HELLO\n');
      const refused = connect({ host: '127.0.0.1', port, localAddress: '127.0.0.2' });
      expect(await text(refused.end('hello\n'))).toBe('');
    });
  });

  describeIf(process.platform === 'linux')('with abstract names', () => {
    test('own-user: a client is told apart by its user', async () => {
      const name = `own-user-${process.pid}`;
      await using server = example('own-user-server', name);
      await server.printed(/^Listening$/m);
      const client = connect({ path: `\0${name}` });
      expect(await text(client.end('hello\n'))).toBe('HELLO\n');
      await server.printed(new RegExp(`^Process ${process.pid} of user ${process.getuid?.()}$`, 'm'));
    });
  });

  test('stoppable: one client goes on, another ends the server', async () => {
    await using server = example('stoppable-server', '0');
    const address = { host: '127.0.0.1', port: Number(await portOf(server)), family: 'IPv4' as const };
    expect(await ask(address, 'hello\n')).toBe('You said hello\n');
    expect(await ask(address, 'quit\n')).toBe('You said quit\n');
    expect(await server.ended).toMatchObject({ code: 0, stdout: expect.stringMatching(/\nQuit\n$/) });
  });

  test('npm run demo shows the four main ones, and ends by itself', async () => {
    await using demo = runFile('scripts/demo.mjs');
    const { code, stdout, stderr } = await demo.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.match(/^\w+:/gm)).toEqual(['TCP:', 'UDP:', 'Concurrent:', 'Interactive:']);
    expect(stdout).toContain('Hello World 3');
  });
});
