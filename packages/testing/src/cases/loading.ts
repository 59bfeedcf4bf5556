import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { describe, expect } from '@jest/globals';
import { test } from '../case.js';
import type { TestBed } from '../test-bed.js';

/** Handlers that cannot be had. */
export function loadingCases(bed: TestBed): void {
  describe('listen() fails with the error of a handler', () => {
    test.each([
      ['whose module does not exist', 'no-such-module', { code: 'ERR_SOCKETSERVER_BAD_HANDLER' }],
      [
        'whose module throws while loading',
        'throws-while-loading',
        { code: 'ERR_TEST_LOADING', message: 'this module cannot be loaded' },
      ],
      ['whose module has no default export', 'no-default-export', { code: 'ERR_SOCKETSERVER_BAD_HANDLER' }],
      ['that is no class', 'default-is-no-class', { code: 'ERR_SOCKETSERVER_BAD_HANDLER' }],
    ])('%s', async (_, name, error) => {
      await using server = bed.make(new URL(`../handlers/${name}.js`, import.meta.url));
      await expect(server.listen()).rejects.toMatchObject(error);
      expect(server.state).toBe('closed');
      expect(server.fileno()).toBe(-1);
    });
  });

  test('a handler for servers of another kind fails listen(), which says what to extend', async () => {
    const [other, base] = bed.isStream
      ? ['datagram', 'StreamRequestHandler']
      : ['stream', 'DatagramRequestHandler'];
    await using server = bed.make(new URL(`../handlers/${other}/upper.js`, import.meta.url));
    await expect(server.listen()).rejects.toMatchObject({
      code: 'ERR_SOCKETSERVER_BAD_HANDLER',
      message: expect.stringContaining(`for ${other}s; extend ${base}`),
    });
  });

  test('what is no JavaScript fails listen(), and the error names it', async () => {
    const url = new URL('data:text/javascript,class {');
    await using server = bed.make(url);
    const { name, message } = (await server.listen().catch((error: unknown) => error)) as Error;
    expect(name).toBe('SyntaxError');
    // In this thread Node names the module where it prints the error.
    if (bed.composition.runsIn !== 'loop') expect(message).toContain(url.href);
  });

  if (bed.composition.runsIn !== 'loop') {
    test('finishRequest(), which nothing would call, is refused', async () => {
      class Finishing extends bed.Server {
        override finishRequest(): Promise<void> {
          return Promise.resolve();
        }
      }
      await using server = bed.make(bed.handler('upper'), { Server: Finishing });
      await expect(server.listen()).rejects.toMatchObject({
        code: 'ERR_SOCKETSERVER_UNSUPPORTED',
        message: expect.stringContaining('Expected `finishRequest()` to be left alone'),
      });
    });

    test('a file of a kind that Node cannot load fails listen(): it is to be compiled', async () => {
      const path = `${bed.freePath()}.coffee`;
      writeFileSync(path, '');
      await using server = bed.make(pathToFileURL(path));
      await expect(server.listen()).rejects.toMatchObject({
        code: 'ERR_SOCKETSERVER_BAD_HANDLER',
        message: expect.stringMatching(/\.coffee; compile it/),
        cause: { code: 'ERR_UNKNOWN_FILE_EXTENSION' },
      });
    });

    test('a module that starts a server where its handler runs fails listen(): it would do so for ever', async () => {
      await using server = bed.make(new URL('../handlers/starts-a-server.js', import.meta.url));
      await expect(server.listen()).rejects.toMatchObject({
        code: 'ERR_SOCKETSERVER_BAD_HANDLER',
        message: expect.stringMatching(/to start no server, got .*starts-a-server\.js/),
      });
    });
  }
}
