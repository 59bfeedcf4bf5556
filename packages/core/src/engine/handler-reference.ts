import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { BaseRequestHandler, HandlerInit } from '../handlers/base-request-handler.js';
import { describe, SocketServerError } from '../errors.js';

// oxlint-disable-next-line typescript/no-explicit-any -- a server takes handlers of every request and address
export type AnyRequestHandler = BaseRequestHandler<any, any>;

/** A handler's class. */
export interface RequestHandlerConstructor {
  new (init: HandlerInit): AnyRequestHandler;
  /** Where the class can be imported from, for servers that run it in a thread or a child: `import.meta.url`. */
  readonly url?: string;
}

/** What a server is given: a class, or the URL of a module whose default export is one. */
export type RequestHandlerSource = RequestHandlerConstructor | URL;

/** A handler's address, in a form that crosses to a thread or a child. */
export interface HandlerReference {
  /** The URL of its module. */
  readonly url: string;
  /** The class's own name, tried when the module has no default export; `null` for a module given by URL. */
  readonly name: string | null;
}

/** @throws {SocketServerError} ERR_SOCKETSERVER_BAD_HANDLER for what is neither a class nor a URL */
export function checkHandler(handler: unknown): asserts handler is RequestHandlerSource {
  if (!isUrl(handler) && !isHandlerClass(handler)) {
    throw badHandler(
      '`RequestHandlerClass` to be a class with a handle() method, or the URL of a module',
      describe(handler),
    );
  }
}

/**
 * The reference of a handler that has to leave this thread.
 * @throws {SocketServerError} ERR_SOCKETSERVER_BAD_HANDLER for a class that does not say where it lives
 */
export function handlerReference(handler: RequestHandlerSource): HandlerReference {
  if (isUrl(handler)) return { url: handler.href, name: null };
  if (typeof handler.url !== 'string') {
    throw badHandler(
      `\`RequestHandlerClass\` to say where a thread or a child process can import it from`,
      `class ${handler.name || '(anonymous)'} without a url; export it and add this line to it:\n` +
        '    static readonly url = import.meta.url;',
    );
  }
  return { url: handler.url, name: handler.name };
}

/**
 * Imports a handler.
 * @throws {SocketServerError} ERR_SOCKETSERVER_BAD_HANDLER when the module or its export is not there; what the
 *   module itself throws is rethrown as it is
 */
export async function importHandler({ url, name }: HandlerReference): Promise<RequestHandlerConstructor> {
  const module = (await import(withTwin(url))) as Record<string, unknown>;
  const found =
    name === null || isNamed(module['default'], name)
      ? module['default']
      : (module[name] ?? module['default']);
  if (isHandlerClass(found)) return found;
  const expected = name === null ? 'its default export' : `its default export or \`${name}\``;
  throw badHandler(`${expected} to be a request handler class in ${url}`, describe(found));
}

/** Sources import `./x.js` though the file may be `./x.ts`, and the other way round after a build. */
function withTwin(url: string): string {
  if (!url.startsWith('file:') || existsSync(fileURLToPath(url))) return url;
  const twin = url.replace(
    /\.([cm]?)([jt])s(?=$|[?#])/,
    (_, kind: string, language: string) => `.${kind}${language === 'j' ? 't' : 'j'}s`,
  );
  if (twin !== url && existsSync(fileURLToPath(twin))) return twin;
  throw badHandler(
    '`RequestHandlerClass` to be the URL of a module that exists',
    `${url}; check the path, or build first`,
  );
}

/** A module may have a default export that is another handler than the class that was given. */
function isNamed(value: unknown, name: string): boolean {
  return typeof value === 'function' && value.name === name;
}

/** By its shape: a second copy of this package, or another realm, has other classes of the same name. */
function isHandlerClass(value: unknown): value is RequestHandlerConstructor {
  return (
    typeof value === 'function' &&
    typeof (value.prototype as { handle?: unknown } | undefined)?.handle === 'function'
  );
}

function isUrl(value: unknown): value is URL {
  return typeof value === 'object' && value !== null && 'href' in value && typeof value.href === 'string';
}

function badHandler(expected: string, got: string): SocketServerError {
  return new SocketServerError('ERR_SOCKETSERVER_BAD_HANDLER', `Expected ${expected}, got ${got}`);
}
