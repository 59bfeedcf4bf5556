import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { TCPServer } from '@socketserver/core';
import { NullHandler } from '../support/servers.js';

let server = new TCPServer({ host: '127.0.0.1', port: 0 }, NullHandler);
let printed = '';

beforeEach(() => {
  server = new TCPServer({ host: '127.0.0.1', port: 0 }, NullHandler);
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

  const NEWLINES = new Error('\n'.repeat(20_000));
  const WIDE = new Error('\u202e'.repeat(4_000), { cause: new Error('\u{1f600}'.repeat(4_000)) });
  const MANY = Object.assign(
    new Error('p'),
    Object.fromEntries(Array.from({ length: 2_000 }, (_, i) => [`k${i}`, i])),
  );
  const PATH = { path: '\x01'.repeat(107) };

  test.each([
    ['a long message', new Error('x'.repeat(1_000_000)), /x… \(1000000 characters\)\n {6}at .*\n-{40}$/s],
    ['a long text', 'x'.repeat(1_000_000), /Thrown: x+… \(1000000 characters\)\n-{40}$/],
    ['newlines, which are indented', NEWLINES, /\n {2}\n {2}.*\n-{40}$/s],
    ['characters that are escaped, and some of four bytes', WIDE, /\\u202e.*… \(cut\)\n-{40}$/s],
    ['many properties', MANY, /\nError: p\n {6}at /],
  ])('has at most 16 KiB, of an error with %s', (_, error, end) => {
    const text = report(error, PATH);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(16_384);
    expect(text).toMatch(end);
  });

  test('of a large error tells the code, and the cause', () => {
    const cause = Object.assign(new Error('x'.repeat(20_000)), { code: 'E_CAUSE' });
    const text = report(Object.assign(new Error('large', { cause }), { code: 'E_LARGE' }));
    expect(text).toMatch(
      /Error: large\n.*code: 'E_LARGE'.*\[cause\]: Error: x+… \(20000 characters\)\n.*code: 'E_CAUSE'/s,
    );
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
