import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { BaseRequestHandler, HandlerInit } from '../handlers/base-request-handler.js';
import { describe, SocketServerError } from '../errors.js';
import { forgetLastStat } from '../native/quiet-stat.js';

// oxlint-disable typescript/no-explicit-any -- a server takes handlers of every address and context
export type AnyRequestHandler<Request = any> = BaseRequestHandler<Request, any, any>;
// oxlint-enable typescript/no-explicit-any

/** What a handler serves: connections, or datagrams. */
export type SocketType = 'stream' | 'datagram';

/** A handler's class. */
// oxlint-disable-next-line typescript/no-explicit-any -- as above
export interface RequestHandlerConstructor<Request = any> {
  new (init: HandlerInit): AnyRequestHandler<Request>;
  /** Where the class can be imported from, for servers that run it in a thread or a child: `import.meta.url`. */
  readonly url?: string;
  /** The servers that it is for, if it is not for all. */
  readonly socketType?: SocketType;
}

/** What a server is given: a class, or the URL of a module whose default export is one. */
// oxlint-disable-next-line typescript/no-explicit-any -- as above
export type RequestHandlerSource<Request = any> = RequestHandlerConstructor<Request> | URL;

/** A handler's address, in a form that crosses to a thread or a child. */
export interface HandlerReference {
  /** What its server serves. */
  readonly socketType: SocketType;
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

/** The reference of a handler that has to leave this thread. @throws what `checkLeaves` throws */
export function handlerReference(handler: RequestHandlerSource, socketType: SocketType): HandlerReference {
  return { ...checkLeaves(handler), socketType };
}

/**
 * Where a handler that has to leave this thread can be found.
 * @throws {SocketServerError} ERR_SOCKETSERVER_BAD_HANDLER for a class that does not say where it lives, and for the
 *   handler that this thread or child itself runs
 */
export function checkLeaves(handler: RequestHandlerSource): Omit<HandlerReference, 'socketType'> {
  const { url, name } = isUrl(handler) ? { url: handler.href, name: null } : handler;
  if (typeof url !== 'string') {
    if (!isUrl(handler) && Object.hasOwn(handler, 'url')) throw lostUrl(handler);
    throw badHandler(
      `\`RequestHandlerClass\` to say where a thread or a child process can import it from`,
      `class ${name || '(anonymous)'} without a url; export it from a module that starts no server, ` +
        'and add this line to it:\n    static readonly url = import.meta.url;',
    );
  }
  if (url === ownModule) throw startsServer(url);
  return { url, name };
}

/** A bundle in CommonJS has no `import.meta.url`. */
function lostUrl({ name, url }: RequestHandlerConstructor): SocketServerError {
  return badHandler(
    `the \`url\` of class ${name || '(anonymous)'} to be its \`import.meta.url\``,
    `${describe(url)}; if a bundler has taken that away, give the URL of a handler's module that is an entry of its own`,
  );
}

/**
 * Imports a handler.
 * @throws {SocketServerError} ERR_SOCKETSERVER_BAD_HANDLER when the module or its export is not there, is not for such a
 *   server, or this Node cannot load such a file; what the module itself throws is rethrown as it is
 */
export async function importHandler({
  url,
  name,
  socketType,
}: HandlerReference): Promise<RequestHandlerConstructor> {
  const module = await importModule(withTwin(url));
  const found =
    name === null || isNamed(module['default'], name)
      ? module['default']
      : (module[name] ?? module['default']);
  if (isHandlerClass(found)) return checkSocketType(found, socketType);
  const expected =
    name === null ? `the default export of ${url}` : `\`${name}\` or the default export of ${url}`;
  throw badHandler(
    `${expected} to be a class with a handle() method`,
    `${describe(found)}; write \`export default class ${name ?? 'Handler'} …\` there, ` +
      'or if that is a bundle, make the handler an entry of its own and give its URL',
  );
}

/** @throws {SocketServerError} ERR_SOCKETSERVER_BAD_HANDLER for a stream's handler under a server of datagrams, and the other way round */
export function checkSocketType(
  Handler: RequestHandlerConstructor,
  socketType: SocketType,
): RequestHandlerConstructor {
  const { socketType: own = socketType, name } = Handler;
  if (own === socketType) return Handler;
  const base = socketType === 'stream' ? 'StreamRequestHandler' : 'DatagramRequestHandler';
  throw badHandler(
    `\`RequestHandlerClass\` to be one for a ${socketType} server`,
    `class ${name || '(anonymous)'} for ${own}s; extend ${base} or BaseRequestHandler`,
  );
}

async function importModule(url: string): Promise<Record<string, unknown>> {
  try {
    forgetLastStat();
    return (await import(/* webpackIgnore: true */ /* @vite-ignore */ url)) as Record<string, unknown>;
  } catch (cause) {
    const code = (cause as { code?: unknown } | undefined)?.code;
    if (code === 'ERR_UNSUPPORTED_RESOLVE_REQUEST' && url.startsWith('data:')) throw inlined(cause);
    if (code !== 'ERR_UNKNOWN_FILE_EXTENSION') throw cause;
    throw badHandler(
      '`RequestHandlerClass` to be the URL of a module that this Node can load',
      `${(cause as Error).message}; compile it, and give the URL of what comes out (Node loads TypeScript from 22.18 on)`,
      { cause },
    );
  }
}

/** Of a `data:` URL nothing but `node:` modules can be imported. */
function inlined(cause: unknown): SocketServerError {
  return badHandler(
    '`RequestHandlerClass` to be the URL of a file',
    'a `data:` URL, whose module imports another; if a bundler has made it of a file, make the handler an entry of its ' +
      "own, and write new URL(/* @vite-ignore */ './upper.js', import.meta.url)",
    { cause },
  );
}

/** The module of this thread's or child's handler; whether it is being loaded; the error of a server that it tried to start. */
let ownModule: string | undefined;
let isLoading = false;
let refusal: SocketServerError | undefined;

/**
 * Imports the handler of a thread or a child. Until that is done no server may start there: one that the module starts
 * would start threads or children that load the module again, and so on.
 * @throws what `importHandler` throws
 */
export async function importWorkerHandler(reference: HandlerReference): Promise<RequestHandlerConstructor> {
  ownModule = reference.url;
  isLoading = true;
  try {
    const Handler = await importHandler(reference);
    if (refusal !== undefined) throw refusal; // of a start that the module did not wait for
    return Handler;
  } catch (error) {
    throw withModule(error, reference.url);
  } finally {
    isLoading = false;
  }
}

/** @throws {SocketServerError} ERR_SOCKETSERVER_BAD_HANDLER in a thread or a child that is loading its handler */
export function checkNoHandlerIsLoading(): void {
  if (!isLoading || ownModule === undefined) return;
  refusal ??= startsServer(ownModule);
  throw refusal;
}

function startsServer(url: string): SocketServerError {
  return badHandler(
    'the module of a handler that runs in threads or children to start no server',
    `${url}, which does, and would again in each of them; move the handler to a module of its own`,
  );
}

/** V8 gives the file and the line of a syntax error only when it prints it, not when the error is sent. */
function withModule(error: unknown, url: string): unknown {
  if (!(error instanceof SyntaxError) || tellsWhere(error)) return error;
  const { message, stack } = error;
  error.message = `${message} (in ${url}, or in what it imports; \`node --check\` tells the line)`;
  if (stack !== undefined) error.stack = stack.replace(message, () => error.message);
  return error;
}

/** The stack does for one of linking, and for one that running code throws, such as `JSON.parse`. */
function tellsWhere({ stack = '' }: Error): boolean {
  const frames = stack.split('\n').filter((line) => /^ +at /.test(line));
  return stack.includes('file://') || frames.some((frame) => !/node:|<anonymous>/.test(frame));
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

function badHandler(expected: string, got: string, options?: ErrorOptions): SocketServerError {
  return new SocketServerError('ERR_SOCKETSERVER_BAD_HANDLER', `Expected ${expected}, got ${got}`, options);
}
