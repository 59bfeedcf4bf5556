import { describe, expect, test } from '@jest/globals';
import { BaseRequestHandler, TCPServer } from '@socketserver/core';
import { handlerReference, importHandler } from '@socketserver/core/workers';
import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { TemporaryDirectory } from '../support/servers.js';

const LOCAL = { host: '127.0.0.1', port: 0 };
const HANDLER = 'class Found { setup() {} handle() {} finish() {} }';

describe('a handler that is none', () => {
  test.each([
    [undefined, 'undefined'],
    ['./upper.js', '"./upper.js"'],
    [{ handle() {} }, 'an object with `handle`'],
    [class Empty {}, 'class Empty'],
    [() => {}, 'function (anonymous)'],
  ])('%p is refused at construction', (handler, got) => {
    expect(() => new TCPServer(LOCAL, handler as never)).toThrow(
      expect.objectContaining({
        code: 'ERR_SOCKETSERVER_BAD_HANDLER',
        message: `Expected \`RequestHandlerClass\` to be a class with a handle() method, or the URL of a module, got ${got}`,
      }),
    );
  });
});

describe('a module', () => {
  test.each([
    [
      'that does not exist',
      null,
      { code: 'ERR_SOCKETSERVER_BAD_HANDLER', message: /the URL of a module that exists/ },
    ],
    [
      'without a default export',
      `export ${HANDLER}`,
      { code: 'ERR_SOCKETSERVER_BAD_HANDLER', message: /default export/ },
    ],
    [
      'whose default export is no handler',
      'export default 42',
      { code: 'ERR_SOCKETSERVER_BAD_HANDLER', message: /got 42/ },
    ],
    [
      'that throws while loading',
      'throw new RangeError("not today")',
      { name: 'RangeError', message: /not today/ },
    ],
    ['with a syntax error', 'class {', { name: 'SyntaxError', message: /./ }],
    [
      'whose class has no handle()',
      'export default class Lazy {}',
      {
        code: 'ERR_SOCKETSERVER_BAD_HANDLER',
        message:
          /^Expected the default export of file:.*handler\.mjs to be a class with a handle\(\) method, got class Lazy; write `export default class/,
      },
    ],
  ])('%s fails listen() with an error of its own', async (_, source, { message, ...error }) => {
    using directory = new TemporaryDirectory();
    const path = directory.join('handler.mjs');
    if (source !== null) writeFileSync(path, source);
    const server = new TCPServer(LOCAL, pathToFileURL(path));
    await expect(server.listen()).rejects.toMatchObject({
      ...error,
      message: expect.stringMatching(message),
    });
    expect(server.state).toBe('closed');
    expect(server.fileno()).toBe(-1);
  });

  test('may be given by the name of its twin: .ts for .js, and the other way round', async () => {
    using directory = new TemporaryDirectory();
    writeFileSync(directory.join('built.mjs'), `export default ${HANDLER}`);
    const url = pathToFileURL(directory.join('built.mts')).href;
    expect((await importHandler({ url, name: null, socketType: 'stream' })).name).toBe('Found');
  });
});

describe('handlerReference()', () => {
  test('of a URL is the URL', () => {
    expect(handlerReference(new URL('file:///handlers/upper.js'), 'stream')).toEqual({
      url: 'file:///handlers/upper.js',
      name: null,
      socketType: 'stream',
    });
  });

  test('of a class is where it says it lives, and its name', () => {
    class Somewhere extends BaseRequestHandler {
      static readonly url = 'file:///handlers/somewhere.js';
    }
    expect(handlerReference(Somewhere, 'stream')).toEqual({
      url: Somewhere.url,
      name: 'Somewhere',
      socketType: 'stream',
    });
  });

  test('of a class that does not say shows the line to add', () => {
    class Nowhere extends BaseRequestHandler {}
    expect(() => handlerReference(Nowhere, 'stream')).toThrow(
      expect.objectContaining({
        code: 'ERR_SOCKETSERVER_BAD_HANDLER',
        message: expect.stringMatching(
          /class Nowhere without a url;[^]*static readonly url = import\.meta\.url;/,
        ),
      }),
    );
  });

  test('of a class whose import.meta.url a bundler has taken away asks for a URL', () => {
    class Lost extends BaseRequestHandler {
      static readonly url: string | undefined = undefined;
    }
    expect(() => handlerReference(Lost as never, 'stream')).toThrow(
      expect.objectContaining({
        code: 'ERR_SOCKETSERVER_BAD_HANDLER',
        message: expect.stringMatching(/`url` of class Lost .* got undefined; .*give the URL/),
      }),
    );
  });
});

test('a class is found under its own name, and as the default export', async () => {
  using directory = new TemporaryDirectory();
  const named = directory.join('named.mjs');
  const byDefault = directory.join('default.mjs');
  writeFileSync(named, `export ${HANDLER}\nexport default class Other { handle() {} }`);
  writeFileSync(byDefault, `export default ${HANDLER}`);
  for (const path of [named, byDefault]) {
    expect(
      (await importHandler({ url: pathToFileURL(path).href, name: 'Found', socketType: 'stream' })).name,
    ).toBe('Found');
  }
});
