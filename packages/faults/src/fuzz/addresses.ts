import assert from 'node:assert/strict';
import {
  BaseRequestHandler,
  TCPServer,
  UDPServer,
  UnixDatagramServer,
  UnixStreamServer,
} from '@socketserver/core';
import fc from 'fast-check';
import {
  decodeSockaddrUn,
  encodeSockaddrUn,
  SOCKADDR_UN_SIZE,
} from '../../../core/dist/native/sockaddr-un.js';
import type { Fuzz } from './property.js';

class NullHandler extends BaseRequestHandler {}

type ServerClass = new (address: never, handler: typeof NullHandler) => { readonly state: string };

/** What no program should hand over, and what a program without types may. */
const anything = fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true, withMap: true });
const path = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 130 }),
  fc.string({ maxLength: 120 }).map((name) => `\0${name}`),
  fc.string({ maxLength: 120 }).map((name) => `/tmp/${name}`),
);
const inetAddress = fc.record(
  { host: fc.oneof(anything, fc.ipV4(), fc.ipV6()), port: fc.oneof(anything, fc.integer()), fd: anything },
  { requiredKeys: [] },
);
const unixAddress = fc.oneof(
  path,
  fc.record({ path: fc.oneof(path, anything), fd: anything }, { requiredKeys: [] }),
);

/** Either a server that has done nothing yet, or the one error that names what is wrong. */
function isTakenOrRefused(Server: ServerClass, address: unknown): boolean {
  try {
    assert.equal(new Server(address as never, NullHandler).state, 'idle');
    return true;
  } catch (error) {
    const { code, message } = error as { code?: unknown; message: string };
    assert.equal(code, 'ERR_SOCKETSERVER_BAD_ADDRESS', String(error));
    assert.match(message, /^Expected `serverAddress/);
    assert.ok(message.length < 1_000, 'the message is short');
    return false;
  }
}

/** The rules of docs and CPython, written a second time. */
function isGoodPath(path: string): boolean {
  const isText = Buffer.from(path).toString() === path;
  return (
    isText && path !== '' && path !== '\0' && Buffer.byteLength(path) <= 107 && !path.slice(1).includes('\0')
  );
}

export const ADDRESSES: readonly Fuzz[] = [
  {
    name: 'an address of TCP or UDP is taken, or refused with the error that names its field',
    property: fc.property(fc.oneof(anything, inetAddress), (address) => {
      for (const Server of [TCPServer, UDPServer]) isTakenOrRefused(Server as ServerClass, address);
    }),
  },
  {
    name: 'an address of a Unix socket is taken, or refused with the error that names its field',
    property: fc.property(fc.oneof(anything, unixAddress), (address) => {
      for (const Server of [UnixStreamServer, UnixDatagramServer])
        isTakenOrRefused(Server as ServerClass, address);
    }),
  },
  {
    name: 'a path is taken exactly when sockaddr_un can hold it',
    property: fc.property(path, (path) => {
      assert.equal(isTakenOrRefused(UnixStreamServer as ServerClass, { path }), isGoodPath(path));
    }),
  },
  {
    name: 'a path that is taken fits into sockaddr_un, and comes out of it again',
    property: fc.property(path.filter(isGoodPath), (path) => {
      const bytes = encodeSockaddrUn(path);
      assert.ok(bytes !== undefined && bytes.length <= SOCKADDR_UN_SIZE);
      assert.equal(decodeSockaddrUn(bytes, bytes.length), path);
    }),
  },
  {
    name: 'whatever bytes the kernel gives as a name, a path comes out that leads back to them',
    property: fc.property(
      fc.uint8Array({ maxLength: SOCKADDR_UN_SIZE }),
      fc.integer({ min: 0, max: 300 }),
      (bytes, length) => {
        const path = decodeSockaddrUn(bytes, length);
        assert.equal(typeof path, 'string');
        const isAbstract = path.startsWith('\0');
        assert.ok(isAbstract || !path.includes('\0'), 'a path ends with its NUL');
        if (path === '') return;
        const back = encodeSockaddrUn(path)?.subarray(2);
        const given = Buffer.from(bytes.subarray(2, Math.max(length, 2)));
        const end = isAbstract || !given.includes(0) ? given.length : given.indexOf(0);
        assert.deepEqual(isAbstract ? back : back?.subarray(0, end), given.subarray(0, end));
      },
    ),
  },
];
