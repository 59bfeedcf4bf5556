import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SocketServerError } from './errors.js';

/** A file that a package starts threads or processes from, and that none of its modules imports. */
export interface EntryFile {
  /** The name of the package, for the error. */
  readonly of: string;
  /** Its name, beside the module that asks. */
  readonly name: string;
  /** The `import.meta.url` of that module; some bundlers leave none. */
  readonly url: string | undefined;
}

/**
 * The path of an entry file. A bundler joins the modules of a package, and leaves such files behind.
 * @throws {SocketServerError} ERR_SOCKETSERVER_BUNDLED when it is not there
 */
export function entryFile({ of, name, url }: EntryFile): string {
  const path = pathBeside(url, name);
  if (path !== undefined && existsSync(path)) return path;
  throw bundled(`${of} to be loaded from its own folder`, `a bundle without its ${path ?? name}`);
}

/** Whether this package itself is part of a bundle. */
export function isBundled(): boolean {
  const path = pathBeside(import.meta.url, 'sources/unix-datagram-reader.js');
  return path === undefined || !existsSync(path);
}

export function bundled(expected: string, got: string, options?: ErrorOptions): SocketServerError {
  return new SocketServerError(
    'ERR_SOCKETSERVER_BUNDLED',
    `Expected ${expected}, got ${got}; keep the packages out of the bundle: esbuild \`--external:@socketserver/*\`, ` +
      'rollup and vite `external: [/^@socketserver\\//]`, webpack `externals: [/^@socketserver\\//]`; and install them ' +
      'where it runs',
    options,
  );
}

/** By variables: a bundler that sees `new URL('./file', import.meta.url)` would pack that one file, without what it imports. */
function pathBeside(url: string | undefined, name: string): string | undefined {
  return url?.startsWith('file:') === true ? fileURLToPath(new URL(name, url)) : undefined;
}
