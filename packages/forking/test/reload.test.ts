import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';
import { askStream } from '@socketserver/testing';
import { serve } from './support/servers.js';

const folder = mkdtempSync(join(tmpdir(), 'forking-reload-'));
const core = import.meta.resolve('@socketserver/core');
let files = 0;

afterAll(() => rmSync(folder, { recursive: true }));

/** A module on disk, and what it imports, which can be rewritten. */
class HandlerFile {
  readonly path = join(folder, `handler-${++files}.mjs`);
  readonly #helper = join(folder, `helper-${files}.mjs`);

  constructor(answer: string) {
    writeFileSync(
      this.path,
      `import { StreamRequestHandler } from ${JSON.stringify(core)};
       import { answer } from ${JSON.stringify(pathToFileURL(this.#helper))};
       export default class extends StreamRequestHandler {
         async handle() {
           await this.rfile.readLine();
           await this.wfile.write([answer, process.pid].join(' '));
         }
       }`,
    );
    this.answers(answer);
  }

  get url(): URL {
    return pathToFileURL(this.path);
  }

  answers(answer: string): void {
    writeFileSync(this.#helper, `export const answer = ${JSON.stringify(answer)};`);
  }
}

describe('reload()', () => {
  test('keeps the standbys: a fresh process for every request is of the new module', async () => {
    const file = new HandlerFile('one');
    await using served = await serve({ maxRequestsPerChild: 1, maxChildren: 2 }, file.url);
    const { server } = served;
    expect(await askStream(server.serverAddress, '\n')).toMatch(/^one /);
    file.answers('two');
    await server.reload();
    const answers = await Promise.all(Array.from({ length: 6 }, () => askStream(server.serverAddress, '\n')));
    for (const answer of answers) expect(answer).toMatch(/^two /);
    expect(new Set(answers).size).toBe(6);
  });
});

describe('maxWorkerMemory', () => {
  test('a child that stays below it stays', async () => {
    await using served = await serve({ maxWorkerMemory: 2_000_000_000, stuckTimeout: 100_000 });
    const { server } = served;
    const pid = await askStream(server.serverAddress, 'leak 50\n');
    await new Promise((resolve) => setTimeout(resolve, 2_200)); // two looks
    expect(await askStream(server.serverAddress, 'pid\n')).toBe(pid);
  });
});
