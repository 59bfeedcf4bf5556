import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, expect, test } from '@jest/globals';
import type { BoundInetAddress } from '@socketserver/core';
import { askStream, until } from '@socketserver/testing';
import { fixture } from './support/servers.js';

const folder = mkdtempSync(join(tmpdir(), 'forking-watch-'));
const handler = join(folder, 'handler.mjs');
/** Longer than the 200 ms for which Node gathers changes. */
const REWRITE_MS = 400;

const core = import.meta.resolve('@socketserver/core');

afterAll(() => rmSync(folder, { recursive: true }));

function write(answer: string): void {
  writeFileSync(
    handler,
    `import { StreamRequestHandler } from ${JSON.stringify(core)};
     export default class extends StreamRequestHandler {
       async handle() {
         await this.wfile.write(${JSON.stringify(answer)});
       }
     }`,
  );
}

test('under node --watch children serve, and a handler that only they load is watched', async () => {
  write('one');
  const { NODE_OPTIONS: _, ...env } = process.env;
  const program = [fileURLToPath(fixture('watched-program.mjs')), pathToFileURL(handler).href];
  const watcher = spawn(process.execPath, ['--watch', ...program], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let address: BoundInetAddress | undefined;
  createInterface({ input: watcher.stdout }).on('line', (line) => {
    const port = /^Listening on port (\d+)$/.exec(line)?.[1];
    if (port !== undefined) address = { host: '127.0.0.1', port: Number(port), family: 'IPv4' };
  });
  try {
    await until(() => address !== undefined);
    expect(await answerOf(address)).toBe('one');
    // Node says nowhere when it has begun to watch the file.
    const first = address;
    const rewriting = setInterval(() => write('two'), REWRITE_MS);
    await until(() => address !== first);
    clearInterval(rewriting);
    // What was written last may start it once more.
    let answer = '';
    while (answer !== 'two') answer = await answerOf(address);
  } finally {
    watcher.kill('SIGKILL');
    await once(watcher, 'exit');
  }
});

/** Empty while it starts anew. */
async function answerOf(address: BoundInetAddress | undefined): Promise<string> {
  try {
    return address === undefined ? '' : await askStream(address, '');
  } catch {
    return '';
  }
}
