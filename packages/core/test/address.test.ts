import { describe, expect, test } from '@jest/globals';
import {
  TCPServer,
  UDPServer,
  UnixDatagramServer,
  UnixStreamServer,
  type BoundInetAddress,
  type ServerAddress,
} from '@socketserver/core';
import { NullHandler } from './support/servers.js';

type AnyServer = new (address: never, handler: typeof NullHandler) => object;

/** What a program without types, or one that reads its address from a file, may hand over. */
function construct(Server: AnyServer, address: unknown): object {
  return new Server(address as never, NullHandler);
}

function messageFor(Server: AnyServer, address: unknown): unknown {
  try {
    construct(Server, address);
    return 'no error';
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    return code === 'ERR_SOCKETSERVER_BAD_ADDRESS' ? message : error;
  }
}

describe.each([
  ['TCPServer', TCPServer],
  ['UDPServer', UDPServer],
])('the address of a %s', (_, Server) => {
  test.each([
    [undefined, '`serverAddress` to be {host, port} or {fd}, got undefined'],
    [null, '`serverAddress` to be {host, port} or {fd}, got null'],
    [9999, '`serverAddress` to be {host, port} or {fd}, got 9999'],
    ['localhost:9999', '`serverAddress` to be {host, port} or {fd}, got "localhost:9999"'],
    [{}, '`serverAddress.port` to be an integer from 0 to 65535, got undefined'],
    [{ path: '/tmp/x' }, '`serverAddress` to be {host, port} or {fd}, got an object with `path`'],
    [['::1', 80], '`serverAddress` to be {host, port} or {fd}, got an array'],
    [
      { hostname: '::1', port: 80 },
      '`serverAddress` to be {host, port} or {fd}, got an object with `hostname`, `port`',
    ],
    [{ host: '::1' }, '`serverAddress.port` to be an integer from 0 to 65535, got undefined'],
    [{ port: '80' }, '`serverAddress.port` to be an integer from 0 to 65535, got "80"'],
    [{ port: -1 }, '`serverAddress.port` to be an integer from 0 to 65535, got -1'],
    [{ port: 65_536 }, '`serverAddress.port` to be an integer from 0 to 65535, got 65536'],
    [{ port: 1.5 }, '`serverAddress.port` to be an integer from 0 to 65535, got 1.5'],
    [{ port: Number.NaN }, '`serverAddress.port` to be an integer from 0 to 65535, got NaN'],
    [{ port: null }, '`serverAddress.port` to be an integer from 0 to 65535, got null'],
    [{ host: 1, port: 0 }, '`serverAddress.host` to be a host name or an IP address, got 1'],
    [{ host: null, port: 0 }, '`serverAddress.host` to be a host name or an IP address, got null'],
    [{ host: 'a\0b', port: 0 }, '`serverAddress.host` to have no NUL character, got "a\\u0000b"'],
    [{ fd: -1 }, '`serverAddress.fd` to be the number of an open descriptor, got -1'],
    [{ fd: '3' }, '`serverAddress.fd` to be the number of an open descriptor, got "3"'],
    [{ fd: undefined }, '`serverAddress.fd` to be the number of an open descriptor, got undefined'],
  ])('%j is refused', (address, expected) => {
    expect(messageFor(Server as AnyServer, address)).toBe(`Expected ${expected}`);
  });

  test.each<ServerAddress>([
    { port: 0 },
    { port: 65_535, host: '::1' },
    { host: '::1', port: 1, family: 'IPv6' } as BoundInetAddress,
    { host: '', port: 1 },
    { fd: 3 },
  ])('%j is taken, and nothing is done with it yet', (address) => {
    expect(construct(Server as AnyServer, address)).toMatchObject({
      state: 'idle',
      serverAddress: address,
    });
  });
});

describe.each([
  ['UnixStreamServer', UnixStreamServer],
  ['UnixDatagramServer', UnixDatagramServer],
])('the address of a %s', (_, Server) => {
  test.each([
    [undefined, '`serverAddress` to be a path, {path} or {fd}, got undefined'],
    [0, '`serverAddress` to be a path, {path} or {fd}, got 0'],
    ['', '`serverAddress.path` to be a path or an abstract name (\\0name), got ""'],
    ['\0', '`serverAddress.path` to be a path or an abstract name (\\0name), got "\\u0000"'],
    [{}, '`serverAddress.path` to be a path or an abstract name (\\0name), got undefined'],
    [{ path: 5 }, '`serverAddress.path` to be a path or an abstract name (\\0name), got 5'],
    [{ port: 80 }, '`serverAddress` to be a path, {path} or {fd}, got an object with `port`'],
    [{ path: '/tmp/a\0b' }, '`serverAddress.path` to have no NUL inside, got "/tmp/a\\u0000b"'],
    ['/tmp/a\ud800', '`serverAddress.path` to be text (no lone surrogate), got "/tmp/a\\ud800"'],
    ['/tmp/a\udcff', '`serverAddress.path` to be text (no lone surrogate), got "/tmp/a\\udcff"'],
    [{ path: '\0a\0' }, '`serverAddress.path` to have no NUL inside, got "\\u0000a\\u0000"'],
    [{ path: '/'.padEnd(108, 'x') }, '`serverAddress.path` to have at most 107 bytes, got 108'],
    // Bytes, not characters, are what the kernel counts.
    [{ path: '/'.padEnd(55, 'ü') }, '`serverAddress.path` to have at most 107 bytes, got 109'],
    [{ fd: 1.5 }, '`serverAddress.fd` to be the number of an open descriptor, got 1.5'],
  ])('%j is refused', (address, expected) => {
    expect(messageFor(Server as AnyServer, address)).toBe(`Expected ${expected}`);
  });

  test.each<ServerAddress>(['/tmp/x', { path: '/'.padEnd(107, 'x') }, { path: '\0name' }, { fd: 0 }])(
    '%j is taken, and nothing is done with it yet',
    (address) => {
      expect(construct(Server as AnyServer, address)).toMatchObject({ state: 'idle' });
    },
  );
});

test('what is shown of a bad value is short', () => {
  const message = messageFor(TCPServer as AnyServer, 'x'.repeat(10_000));
  expect(String(message).length).toBeLessThan(250);
});
