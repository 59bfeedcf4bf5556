import { existsSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { ask, connectTo, readAll } from './support/clients.js';
import { Program, runFile } from './support/program.js';
import { TemporaryDirectory } from './support/servers.js';

const start = (...args: string[]): Program => runFile('scripts/start.mjs', ...args);
const address = async (program: Program) => ({
  host: '127.0.0.1',
  port: Number(await program.printed(/Listening on 127\.0\.0\.1:(\d+),/)),
  family: 'IPv4' as const,
});

describe('npm start', () => {
  test.each(['async', 'sync', 'threading', 'forking'])('serves with the %s engine', async (engine) => {
    await using program = start('--port', '0', '--engine', engine);
    expect(await ask(await address(program), 'one\ntwo\n')).toBe('ONE\nTWO\n');
    expect(program.stdout).toContain(`${engine} engine`);
    expect(program.stdout).toContain(`pid ${program.process.pid}`);
  });

  test('prints a client that works when it is pasted', async () => {
    await using program = start('--port', '0');
    const client = await program.printed(/^ {2}(node -e "[^"]*")$/m);
    await using pasted = new Program('sh', ['-c', client]);
    expect(await pasted.ended).toEqual({ code: 0, stdout: 'HELLO\n', stderr: '' });
  });

  test('serves a Unix socket, and removes it at the end', async () => {
    using directory = new TemporaryDirectory();
    const path = directory.join('upper.sock');
    await using program = start('--unix', path);
    await program.printed(/process\.stdout/);
    expect(await ask({ path }, 'hello\n')).toBe('HELLO\n');
    program.process.kill('SIGTERM');
    expect(await program.ended).toMatchObject({ code: 0, stderr: '' });
    expect(existsSync(path)).toBe(false);
  });

  test('--help tells the options', async () => {
    await using program = start('--help');
    expect(await program.ended).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('--engine ENGINE'),
    });
  });

  test.each([
    [['--prot', '1'], "Unknown option '--prot'"],
    [['hello'], "Unexpected argument 'hello'"],
    [['--port', '-1'], "Option '--port' argument is ambiguous"],
    [['--port', '65536'], 'Expected --port to be an integer from 0 to 65535, got "65536"'],
    [['--port', 'http'], 'Expected --port to be an integer from 0 to 65535, got "http"'],
    [['--engine', 'steam'], 'Expected --engine to be async, sync, threading, forking, got "steam"'],
    [['--unix', '/nowhere/x.sock'], 'ENOENT'],
  ])('%j is one clear line and exit 1', async (args, message) => {
    await using program = start(...args);
    const { code, stdout, stderr } = await program.ended;
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^.+\n$/);
  });

  test('a port in use is one clear line and exit 1', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    await using program = start('--port', String(port));
    const { code, stderr } = await program.ended;
    other.close();
    expect(code).toBe(1);
    expect(stderr).toBe(
      `listen EADDRINUSE: address already in use 127.0.0.1:${port}; choose another: npm start -- --port 0\n`,
    );
  });

  test.each(['SIGTERM', 'SIGINT'] as const)('%s drains, says so, and ends with 0', async (signal) => {
    await using program = start('--port', '0');
    const client = await connectTo(await address(program));
    client.write('one\n');
    await once(client, 'readable');
    program.process.kill(signal);
    expect(await readAll(client)).toBe('ONE\n');
    expect(await program.ended).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(`${signal}: draining 1 running;.*\n.*Closed: 1 drained, 0 killed`),
      stderr: '',
    });
  });

  test('a Ctrl-C that arrives twice, as under npm, still lets a client finish its line', async () => {
    await using program = start('--port', '0');
    const client = await connectTo(await address(program));
    client.write('one\nhalf a');
    await once(client, 'readable');
    program.process.kill('SIGINT');
    program.process.kill('SIGINT');
    await program.printed(/SIGINT/);
    client.end(' line\n');
    expect(await readAll(client)).toBe('ONE\nHALF A LINE\n');
    expect(await program.ended).toMatchObject({ code: 0, stderr: '' });
  });

  test('a Ctrl-C more than a second after the first ends at once', async () => {
    await using program = start('--port', '0');
    const client = await connectTo(await address(program));
    client.on('error', () => {}); // the connection is cut
    client.write('one\nhalf a');
    await once(client, 'readable');
    const impatience = setInterval(() => program.process.kill('SIGINT'), 100);
    const { code } = await program.ended;
    clearInterval(impatience);
    client.destroy();
    expect(code).toBe(130);
  });
});
