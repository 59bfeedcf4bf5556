import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { decodeName, encodeName } from '../../dist/native/file-name.js';
import { decodeSockaddrUn, encodeSockaddrUn } from '../../dist/native/sockaddr-un.js';

describe('the text of a name', () => {
  test.each([
    [[0x63, 0xff], 'c\udcff'],
    [[0xef, 0xbf, 0xbd], '\ufffd'],
    [[0xff, 0xef, 0xbf, 0xbd], '\udcff\ufffd'],
    [[0xf0, 0x9f, 0x98, 0x80, 0x80], '😀\udc80'],
    [[0xf0, 0x9f, 0x98], '\udcf0\udc9f\udc98'],
    [[0xed, 0xb3, 0xbf], '\udced\udcb3\udcbf'], // UTF-8 has no U+DCFF
    [[0xc3, 0xa4, 0xc3], 'ä\udcc3'],
  ])('of the bytes %j is what Python says', (bytes, text) => {
    expect(decodeName(Buffer.from(bytes))).toBe(text);
    expect(encodeName(text)).toEqual(Buffer.from(bytes));
  });

  test('leads back to its bytes, whatever they are', () => {
    const part = fc.oneof(
      fc.uint8Array({ maxLength: 6 }),
      fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const bytes = Buffer.concat(parts);
        expect(encodeName(decodeName(bytes))).toEqual(bytes);
      }),
    );
  });
});

test.each(['', '/tmp/\ud800', '/tmp/\udc7f', '/tmp/a\0b', 'x'.repeat(109), `\0${'x'.repeat(108)}`])(
  '%j is no name of a socket',
  (path) => {
    expect(encodeSockaddrUn(path)).toBeUndefined();
  },
);

test.each(['\0', '\0a\0b\udcff', 'x'.repeat(107), 'x'.repeat(108), `\0${'x'.repeat(107)}`])(
  '%j is one, and leads back',
  (path) => {
    const bytes = encodeSockaddrUn(path);
    expect(bytes?.length).toBeLessThanOrEqual(110);
    expect(decodeSockaddrUn(bytes!, bytes!.length)).toBe(path);
  },
);
