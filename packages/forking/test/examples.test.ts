import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

const FOLDER = new URL('../examples/', import.meta.url);

/** What an example prints, line by line; it has to end by itself, with 0. Its children's last words are expected. */
async function run(name: string): Promise<string[]> {
  const { NODE_OPTIONS: _, ...env } = process.env;
  const program = fileURLToPath(new URL(`dist/${name}.js`, FOLDER));
  const { stdout } = await promisify(execFile)(process.execPath, [program], { env });
  return stdout.trimEnd().split('\n');
}

test.each(readdirSync(FOLDER).filter((name) => name.endsWith('.ts')))('%s has at most 20 lines', (name) => {
  expect(readFileSync(new URL(name, FOLDER), 'utf8').trimEnd().split('\n').length).toBeLessThanOrEqual(20);
});

test('concurrent: three clients are served by children', async () => {
  const [first, ...received] = await run('concurrent');
  const [, parent, children] = /^Parent (\d+), children (.+)$/.exec(first ?? '') ?? [];
  expect(received).toEqual(
    [1, 2, 3].map((n) => expect.stringMatching(new RegExp(`^Received: Process \\d+: Hello World ${n}$`))),
  );
  for (const line of received) {
    const pid = /Process (\d+)/.exec(line)?.[1];
    expect(children?.split(', ')).toContain(pid);
    expect(pid).not.toBe(parent);
  }
});

test('isolation: a crash ends one request, and the others are answered', async () => {
  // A client may see its connection end before or after the server has told of it.
  expect((await run('isolation')).toSorted()).toEqual([
    expect.stringMatching(/^Received: Process \d+: hello$/),
    expect.stringMatching(/^Received: Process \d+: world$/),
    'Received: nothing',
    'Reported: ERR_SOCKETSERVER_WORKER_DIED',
  ]);
});

test('fresh: every request has a process of its own', async () => {
  const pids = (await run('fresh')).map(
    (line) => /^Received: Process (\d+): Hello World \d$/.exec(line)?.[1],
  );
  expect(pids).toHaveLength(4);
  expect(new Set(pids).size).toBe(4);
  expect(pids).not.toContain(undefined);
});
