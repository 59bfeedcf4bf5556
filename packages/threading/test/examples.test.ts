import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, test } from '@jest/globals';
import { Client } from './support/clients.js';
import { packageFile, run } from './support/program.js';

const FOLDER = new URL('../examples/', import.meta.url);
const built = (name: string): string => packageFile(`examples/dist/${name}.js`);

test.each(readdirSync(FOLDER).filter((name) => name.endsWith('.ts')))('%s has at most 20 lines', (name) => {
  expect(readFileSync(new URL(name, FOLDER), 'utf8').trimEnd().split('\n').length).toBeLessThanOrEqual(20);
});

test('concurrent: three clients are served by threads, and the program ends by itself', async () => {
  const { code, stdout, stderr } = await run(process.execPath, [built('concurrent')]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout.split('\n')).toEqual([
    ...[1, 2, 3].map((n) => expect.stringMatching(new RegExp(`^Received: Thread-\\d+: Hello World ${n}$`))),
    '',
  ]);
});

test('hash: a light client is answered while heavy ones are computed for', async () => {
  await using server = await ExampleServer.start('hash-server', '0');
  const heavy = await Promise.all([1, 2].map((n) => Client.connect(server.address, `hash ${n}`)));
  const order: string[] = [];
  const hashed = heavy.map((client) => client.heard('\n').then(() => order.push('heavy')));
  const light = await Client.connect(server.address, 'hello');
  await light.heard('HELLO');
  order.push('light');
  await Promise.all(hashed);
  expect(order).toEqual(['light', 'heavy', 'heavy']);
  for (const { socket } of [light, ...heavy]) socket.destroy();
});

describe('http', () => {
  test('curl is answered by express, over one connection that is kept alive', async () => {
    await using server = await ExampleServer.start('serve', 'http', '0');
    const url = `http://127.0.0.1:${server.address.port}/`;
    const { stdout } = await run('curl', ['-sS', '-w', '%{num_connects} ', url, url, url]);
    expect(stdout).toMatch(/^Hello from (Thread-\d+)\n1 Hello from \1\n0 Hello from \1\n0 $/);
  });

  test('a body is received whole', async () => {
    await using server = await ExampleServer.start('serve', 'http', '0');
    const url = `http://127.0.0.1:${server.address.port}/length`;
    const body = 'x'.repeat(90_000);
    const answer = await fetch(url, { method: 'POST', body, headers: { 'content-type': 'text/plain' } });
    expect(await answer.json()).toBe(90_000);
  });

  test('closing ends connections that are kept alive', async () => {
    await using server = await ExampleServer.start('serve', 'http', '0');
    const client = await Client.connect(server.address, 'GET / HTTP/1.1\r\nHost: x\r\n\r');
    await client.heard('Hello from');
    server.process.kill('SIGTERM');
    await client.ended;
    expect(await server.exited).toBe(0);
  });
});

test('tls: openssl s_client is answered in upper case', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'threading-'));
  try {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=localhost'];
    await run('openssl', [...request, '-keyout', key, '-out', cert]);
    await using server = await ExampleServer.start('serve', 'tls', '0', key, cert);
    const { address } = server;
    const client = spawn('openssl', [
      's_client',
      '-quiet',
      '-no_ign_eof',
      '-connect',
      `127.0.0.1:${address.port}`,
    ]);
    client.stdin.write('hello\n');
    const [answer] = (await once(client.stdout, 'data')) as [Buffer];
    expect(answer.toString()).toBe('HELLO\n');
    client.stdin.end();
    await once(client, 'close');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** An example that serves until it is disposed of. */
class ExampleServer implements AsyncDisposable {
  readonly exited: Promise<unknown>;

  static async start(name: string, ...args: string[]): Promise<ExampleServer> {
    const { NODE_OPTIONS: _, ...env } = process.env;
    const child = spawn(process.execPath, [built(name), ...args], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    const port = Number(/port (\d+)/.exec(line)?.[1]);
    return new ExampleServer(child, { host: '127.0.0.1', port, family: 'IPv4' });
  }

  private constructor(
    readonly process: ChildProcess,
    readonly address: { host: string; port: number; family: 'IPv4' },
  ) {
    this.exited = once(this.process, 'exit').then(([code]) => code as unknown);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.process.kill('SIGKILL');
    await this.exited;
  }
}
