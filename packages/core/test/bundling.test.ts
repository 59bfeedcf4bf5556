import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { AnyServer } from './support/any-server.js';
import { fixture, pathOf } from './support/child.js';
import { ask } from './support/clients.js';
import { Program } from './support/program.js';
import { TemporaryDirectory } from './support/servers.js';

// In the workspace, so that what is external is found; koffi is not, for it is a dependency of the core alone.
const TOP = fileURLToPath(new URL('../../../', import.meta.url));
const CACHE = join(TOP, 'node_modules/.cache');
mkdirSync(CACHE, { recursive: true });
const folder = mkdtempSync(join(CACHE, 'bundling-'));

const BUNDLES = { esm: 'all.mjs', cjs: 'all.cjs', external: 'external.mjs' } as const;
type Bundle = keyof typeof BUNDLES;

beforeAll(() => {
  bundle('esm', '--format=esm');
  bundle('cjs', '--format=cjs');
  bundle('external', '--format=esm', '--external:@socketserver/*');
});

afterAll(() => rmSync(folder, { recursive: true }));

function bundle(name: Bundle, ...options: string[]): void {
  const { status, stderr } = spawnSync(process.execPath, [
    join(TOP, 'node_modules/esbuild/bin/esbuild'),
    pathOf(fixture('any-server.mjs')),
    '--bundle',
    '--platform=node',
    '--log-level=error',
    `--outfile=${join(folder, BUNDLES[name])}`,
    ...options,
  ]);
  if (status !== 0) throw new Error(`esbuild failed: ${String(stderr)}`);
}

function start(name: Bundle, server: string, directory: TemporaryDirectory): AnyServer {
  // Whatever starts Jest may have set NODE_PATH, by which koffi would be found.
  const node = ['env', '-u', 'NODE_PATH', process.execPath];
  return new AnyServer([...node, join(folder, BUNDLES[name])], server, directory);
}

test.each([
  ['esm', 'ThreadingUnixStreamServer', 'koffi'],
  ['cjs', 'ThreadingUnixStreamServer', 'koffi'],
  ['esm', 'ThreadingUDPServer', 'worker.cjs'],
  ['cjs', 'ThreadingUDPServer', 'worker.cjs'],
  ['esm', 'ForkingTCPServer', 'process-main.js'],
  ['cjs', 'ForkingTCPServer', 'process-main.js'],
  ['esm', 'UnixDatagramServer', 'koffi'],
  ['cjs', 'UnixDatagramServer', 'koffi'],
] as const)('bundled (%s), %s misses %s, and listen() names the cure', async (format, server, missing) => {
  using directory = new TemporaryDirectory();
  await using program = start(format, server, directory);
  const outcome = await program.outcome();
  expect(outcome).toMatchObject({
    code: 'ERR_SOCKETSERVER_BUNDLED',
    message: expect.stringContaining('--external:@socketserver/*'),
  });
  expect(outcome.message).toContain(missing);
  expect(await program.end()).toMatchObject({ code: 0, stderr: '' });
});

test.each([
  ['esm', 'AsyncTCPServer'],
  ['cjs', 'AsyncTCPServer'],
  ['external', 'AsyncTCPServer'],
  ['external', 'ThreadingTCPServer'],
  ['external', 'ForkingTCPServer'],
] as const)('bundled (%s), %s serves', async (name, server) => {
  using directory = new TemporaryDirectory();
  await using program = start(name, server, directory);
  const { address, message } = await program.outcome();
  if (address === undefined) throw new Error(message);
  expect(await ask(address, 'hello\n')).toBe('HELLO\n');
  expect(await program.end()).toMatchObject({
    code: 0,
    stderr: '',
    stdout: expect.stringContaining('closed'),
  });
});

test('bundled (external), UnixDatagramServer listens', async () => {
  using directory = new TemporaryDirectory();
  await using program = start('external', 'UnixDatagramServer', directory);
  expect(await program.outcome()).toEqual({ address: { path: directory.join('server') } });
});

test('a handler that a bundler has put into a data: URL cannot import the core, and listen() says so', async () => {
  const core = JSON.stringify(import.meta.resolve('@socketserver/core'));
  await using program = new Program(process.execPath, [
    '--input-type=module',
    '--eval',
    `import { TCPServer } from ${core};
     const handler = new URL('data:text/javascript,export { UDPServer as default } from "@socketserver/core"');
     const server = new TCPServer({ host: '127.0.0.1', port: 0 }, handler);
     await server.listen().catch(({ code, message }) => console.log(code, message));`,
  ]);
  const { stdout } = await program.ended;
  expect(stdout).toMatch(/^ERR_SOCKETSERVER_BAD_HANDLER .*@vite-ignore/);
});
