import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const TOP = fileURLToPath(new URL('../../../', import.meta.url));
const CODE = /ERR_SOCKETSERVER_[A-Z_]+/g;

/** Every code in the sources of a package. */
function codesOf(name: string): Set<string> {
  const source = join(TOP, 'packages', name, 'src');
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  return new Set(files.flatMap((file) => readFileSync(join(source, file), 'utf8').match(CODE) ?? []));
}

/** The codes that the first column of the table of docs/errors.md explains. */
function documented(): string[] {
  const text = readFileSync(join(TOP, 'docs/errors.md'), 'utf8');
  return [...text.matchAll(/^\| `(ERR_SOCKETSERVER_[A-Z_]+)`/gm)].map((match) => match[1] as string);
}

describe('docs/errors.md', () => {
  test('explains every code that a package throws, once, and no other', () => {
    const thrown = new Set(['core', 'threading', 'forking'].flatMap((name) => [...codesOf(name)]));
    expect(documented().toSorted()).toEqual([...thrown].toSorted());
  });

  test('has what the lists of the core say, which are what an error’s `code` can be', () => {
    const listed = readFileSync(join(TOP, 'packages/core/src/errors.ts'), 'utf8').match(CODE) ?? [];
    expect([...new Set(listed)].toSorted()).toEqual(documented().toSorted());
  });
});
