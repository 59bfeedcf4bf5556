import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import ts from 'typescript';

const SOURCE = fileURLToPath(new URL('../src', import.meta.url));

interface Import {
  readonly file: string;
  /** Whether it is there when the program runs. */
  readonly isLoaded: boolean;
}

/** What each file of the package imports from the others. */
const imports = new Map(
  readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => [name, importsOf(name)]),
);

function importsOf(name: string): Import[] {
  const path = join(SOURCE, name);
  const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ESNext);
  return file.statements.flatMap((statement): Import[] => {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) return [];
    const { moduleSpecifier } = statement;
    if (moduleSpecifier === undefined || !ts.isStringLiteral(moduleSpecifier)) return [];
    if (!moduleSpecifier.text.startsWith('.')) return [];
    const imported = resolve(dirname(path), moduleSpecifier.text).replace(/\.js$/, '.ts');
    return [{ file: relative(SOURCE, imported), isLoaded: !isOfTypes(statement) }];
  });
}

/** `import type …`, `export type …`; and `import { type … }` alone loads the file (`verbatimModuleSyntax`). */
function isOfTypes(statement: ts.ImportDeclaration | ts.ExportDeclaration): boolean {
  if (ts.isExportDeclaration(statement)) return statement.isTypeOnly;
  return statement.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
}

/** The files of a circle, the first of them twice; undefined when there is none. */
function circle(): string[] | undefined {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const next of imports.get(file) ?? []) {
      const found = visit(next.file, [...path, file]);
      if (found !== undefined) return found;
    }
    done.add(file);
    return undefined;
  };
  for (const file of imports.keys()) {
    const found = visit(file, []);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What is loaded with a file, itself included. */
function loadedWith(file: string, loaded = new Set<string>()): Set<string> {
  if (loaded.has(file)) return loaded;
  loaded.add(file);
  for (const next of imports.get(file) ?? []) if (next.isLoaded) loadedWith(next.file, loaded);
  return loaded;
}

describe('the files of the package', () => {
  test('all exist that are imported', () => {
    const missing = [...imports.values()].flat().filter(({ file }) => !imports.has(file));
    expect(missing).toEqual([]);
  });

  test('do not import each other in a circle, not even for types', () => {
    expect(circle()).toBeUndefined();
  });

  test('that the main entry loads are none of workers/', () => {
    const loaded = [...loadedWith('index.ts')];
    expect(loaded).toContain('servers/base-server.ts');
    expect(loaded.filter((file) => file.startsWith('workers'))).toEqual([]);
  });

  test('that a worker’s entry loads are none of the pool and of the servers', () => {
    const loaded = [...loadedWith('workers/runtime/index.ts')];
    expect(loaded).toContain('workers/runtime/request-executor.ts');
    expect(loaded.filter((file) => /^(workers\/pool|servers)\//.test(file))).toEqual([]);
  });
});
