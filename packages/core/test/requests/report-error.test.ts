import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { TCPServer } from '@socketserver/core';
import { NullHandler } from '../support/servers.js';

const server = new TCPServer({ host: '127.0.0.1', port: 0 }, NullHandler);
let printed = '';

beforeEach(() => {
  printed = '';
  jest.spyOn(console, 'error').mockImplementation((text) => void (printed += String(text)));
});
afterEach(() => void jest.restoreAllMocks());

function report(error: unknown, clientAddress?: Parameters<typeof server.handleError>[2]): string {
  void server.handleError(error, undefined, clientAddress);
  return printed;
}

describe('the default handleError()', () => {
  test('prints a block that names the client', () => {
    const text = report(new Error('oops'), { address: '127.0.0.1', port: 5000, family: 'IPv4' });
    expect(text).toMatch(
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z -{40}\nException occurred during processing of the request of 127\.0\.0\.1:5000\nError: oops\n/,
    );
    expect(text).toMatch(/\n-{40}$/);
  });

  test.each([
    [{ address: '::1', port: 5000, family: 'IPv6' as const }, '[::1]:5000'],
    [{ path: '/tmp/x' }, '/tmp/x'],
    [{ path: '' }, 'an unnamed peer'],
    [{ path: '\0name' }, '\\x00name'],
    [{ path: '/tmp/x\nforged' }, '/tmp/x\\x0aforged'],
    [{ path: '/tmp/x\udcff😀' }, '/tmp/x\\udcff😀'],
  ])('names %p', (clientAddress, name) => {
    expect(report(new Error('oops'), clientAddress)).toContain(`the request of ${name}\n`);
  });

  test('escapes what a client could move a cursor or forge a line with', () => {
    expect(report('\u001b[2Jgone\rforged\u009b')).toContain('\\x1b[2Jgone\\x0dforged\\x9b');
    expect(report(new Error('a\u2028b\u202ec'))).toContain('Error: a\\u2028b\\u202ec');
  });

  test('is no longer than a log can bear', () => {
    const text = report(new Error('x'.repeat(1_000_000)));
    expect(text.length).toBeLessThan(17_000);
    expect(text).toMatch(/x… \(9\d{5} more characters\)\n-{40}$/);
  });

  test('indents what follows the first line of an error, so that no report can be forged inside of it', () => {
    const rule = '-'.repeat(40);
    const forged = `${rule}\nException occurred in the server\nError: forged\n${rule}`;
    for (const error of [forged, new Error(`bad: x\n${forged}`)]) {
      printed = '';
      const lines = report(error).split('\n');
      expect(
        lines.filter(
          (line) => line.replace(/^\d{4}-\S+ /, '') === rule || line.startsWith('Exception occurred'),
        ),
      ).toHaveLength(3);
      expect(lines.slice(3, -1).filter((line) => !line.startsWith('  '))).toEqual([]);
    }
  });

  test('never throws, whatever was thrown', () => {
    const hostile = {
      get [Symbol.toStringTag](): string {
        throw new Error('do not look');
      },
      constructor: undefined,
    };
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    for (const error of [undefined, null, Symbol('s'), hostile, revoked.proxy])
      expect(() => report(error)).not.toThrow();
  });
});
