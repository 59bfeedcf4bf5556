import { describe, expect, test } from '@jest/globals';
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
}
