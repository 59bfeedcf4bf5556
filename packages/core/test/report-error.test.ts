import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { TCPServer } from '@socketserver/core';
import { NullHandler } from './support/servers.js';

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
      /^-{40}\nException occurred during processing of the request of 127\.0\.0\.1:5000\nError: oops\n/,
    );
    expect(text).toMatch(/\n-{40}$/);
  });

  test.each([
    [{ address: '::1', port: 5000, family: 'IPv6' as const }, '[::1]:5000'],
    [{ path: '/tmp/x' }, '/tmp/x'],
    [{ path: '' }, 'an unnamed peer'],
    [{ path: '\0name' }, '\\x00name'],
  ])('names %p', (clientAddress, name) => {
    expect(report(new Error('oops'), clientAddress)).toContain(`the request of ${name}\n`);
  });

  test('escapes what a client could move a cursor or forge a line with', () => {
    expect(report('\u001b[2Jgone\rforged\u009b')).toContain('\\x1b[2Jgone\\x0dforged\\x9b');
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
