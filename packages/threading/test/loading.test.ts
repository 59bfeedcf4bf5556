import { mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from '@jest/globals';
import { until } from '@socketserver/testing';
import { ThreadingTCPServer } from '@socketserver/threading';
import { packageFile, run } from './support/program.js';

const folder = mkdtempSync(join(tmpdir(), 'threading-'));
/** Beside heavy load each takes a second. */
const MANY_RELOADS_MS = 90_000;
const MODULES = 40;
for (let module = 0; module < MODULES; module++) {
  writeFileSync(join(folder, `${module}.mjs`), `export default 1;\n${'// a long module\n'.repeat(1_000)}`);
}
const imports = Array.from({ length: MODULES }, (_, module) => `import './${module}.mjs';`).join('\n');
writeFileSync(join(folder, 'broken.mjs'), `import './missing.mjs';\n${imports}`);
writeFileSync(join(folder, 'sound.mjs'), `${imports}\nexport default class {}`);

afterAll(() => rmSync(folder, { recursive: true }));

/** The modules that this process has open. */
function openModules(): string[] {
  const targets = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return ''; // that of the listing itself
    }
  });
  return targets.filter((target) => target.startsWith(folder));
}

/** Threads of the system, whoever they belong to. */
function threadsOfProcess(): number {
  return readdirSync('/proc/self/task').length;
}

function serverOf(name: string): ThreadingTCPServer {
  const server = new ThreadingTCPServer(
    { host: '127.0.0.1', port: 0 },
    pathToFileURL(join(folder, `${name}.mjs`)),
  );
  server.maxThreads = 2;
  return server;
}

test('threads whose module does not load leave none of its files open', async () => {
  for (let attempt = 0; attempt < 3; attempt++) {
    await expect(serverOf('broken').listen()).rejects.toThrow(/missing\.mjs/);
  }
  // One that is still being read is closed in a moment.
  await until(() => openModules().length === 0);
  expect(openModules()).toEqual([]);
});

test.each([
  ['fails', `throw new Error('only one of us')`, /only one of us/],
  ['is still loading when the server is closed', 'await new Promise(() => {})', /closed/],
])('a thread that has loaded ends when another one %s', async (_, other, message) => {
  const lock = join(folder, `lock of ${other}`);
  const source = `import { mkdirSync } from 'node:fs';
    let isFirst = true;
    try { mkdirSync(${JSON.stringify(lock)}); } catch { isFirst = false; }
    if (!isFirst) { ${other} }
    export default class { handle() {} }`;
  writeFileSync(join(folder, 'lone.mjs'), source);
  await readdir(folder); // starts the threads of libuv
  const server = serverOf('lone');
  const before = threadsOfProcess();
  const listening = server.listen();
  if (message.source === 'closed') {
    // The first has loaded when it has joined; the other one never does.
    await until(() => server.stats().workers.serving === 1);
    await server.close({ graceMs: 0 });
  }
  await expect(listening).rejects.toThrow(message);
  await until(() => threadsOfProcess() <= before);
  expect(server.stats().workers.serving).toBe(0);
});

test('nor do threads whose server is closed while they load', async () => {
  for (let ms = 40; ms < 160; ms += 20) {
    const server = serverOf('sound');
    const listening = server.listen().catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, ms));
    await server.close({ graceMs: 0 });
    await listening;
  }
  // One that is still being read is closed in a moment.
  await until(() => openModules().length === 0);
  expect(openModules()).toEqual([]);
});

test(
  'nor do threads for which there are no descriptors to load it, and the error says so',
  async () => {
    const program = packageFile('test/fixtures/reloads-without-descriptors.mjs');
    const { stdout } = await run(process.execPath, [program], MANY_RELOADS_MS);
    const { codes, modules } = JSON.parse(stdout) as { codes: string[]; modules: string[] };
    expect(modules).toEqual([]);
    expect(codes.length).toBeGreaterThan(0);
    expect(codes).not.toContain('ERR_SOCKETSERVER_BAD_CONTEXT');
  },
  MANY_RELOADS_MS,
);
