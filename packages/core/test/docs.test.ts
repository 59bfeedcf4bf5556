import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { ask } from './support/clients.js';
import { Program } from './support/program.js';
import { TemporaryDirectory } from './support/servers.js';

const TOP = new URL('../../../', import.meta.url);
const textOf = (path: string): string => readFileSync(new URL(path, TOP), 'utf8');

describe('documents', () => {
  test('the handler of README.md is the one that npm start serves', () => {
    const upper = textOf('packages/core/examples/upper.ts').replace(/^\/\*\*.*\*\/\n/m, '');
    expect(textOf('README.md')).toContain(upper);
  });

  test.each([
    'README.md',
    'CONTRIBUTING.md',
    'packages/core/README.md',
    'packages/threading/README.md',
    'packages/forking/README.md',
    'docs/accepting.md',
    'docs/architecture.md',
    'docs/bundlers.md',
    'docs/diagnostics.md',
    'docs/errors.md',
    'docs/reliability.md',
    'docs/security.md',
    'docs/choosing.md',
    'docs/performance.md',
  ])('%s has no dead link', (path) => {
    const links = [...textOf(path).matchAll(/\]\((?!https?:)([^)#]+)/g)].map((match) => match[1] ?? '');
    const dead = links.filter((link) => !existsSync(new URL(link, new URL(path, TOP))));
    expect(dead).toEqual([]);
  });

  test('the class of docs/security.md that asks for credentials is that of its example', () => {
    const blocks = [...textOf('docs/security.md').matchAll(/```ts\n(.*?)```/gs)].map(([, code = '']) => code);
    const shown = blocks.find((code) => code.includes('OwnUserServer'));
    expect(shown).toBeDefined();
    expect(textOf('packages/core/examples/own-user-server.ts')).toContain(shown);
  });

  test('the example of docs/diagnostics.md prints a line for a request', async () => {
    using directory = new TemporaryDirectory();
    const trace = directory.join('trace.mjs');
    writeFileSync(trace, /```js\n(.*?)```/s.exec(textOf('docs/diagnostics.md'))?.[1] ?? '');
    await using server = new Program(process.execPath, [
      '--import',
      pathToFileURL(trace).href,
      fileURLToPath(new URL('packages/core/examples/dist/stoppable-server.js', TOP)),
      '0',
    ]);
    const port = Number(await server.printed(/Listening on port (\d+)\n/));
    await ask({ host: '127.0.0.1', port, family: 'IPv4' }, 'quit\n');
    const { code, stdout } = await server.ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(/address: '127\.0\.0\.1'.* \d+\.\d ms no error\n/s);
    expect(stdout).toMatch(/accepted: 1,\s+active: 0,\s+completed: 1/);
  });
});
