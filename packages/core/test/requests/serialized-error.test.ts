import { describe, expect, test } from '@jest/globals';
import { serializeError, deserializeError } from '@socketserver/core/workers';

const cross = (value: unknown): Error => deserializeError(structuredClone(serializeError(value)));

describe('an error that crosses', () => {
  test('keeps its name, message, stack, code and cause', () => {
    const cause = Object.assign(new RangeError('too far'), { code: 'E_FAR' });
    const error = Object.assign(new TypeError('wrong', { cause }), { code: 42 });
    const crossed = cross(error);
    expect(crossed).toMatchObject({ name: 'TypeError', message: 'wrong', code: 42, stack: error.stack });
    expect(crossed.cause).toMatchObject({ name: 'RangeError', message: 'too far', code: 'E_FAR' });
    expect(Object.keys(crossed)).toEqual(['code']);
  });

  test('may have a cause that is no error, whose text is kept', () => {
    expect(cross(new Error('closed', { cause: 'by the operator' })).cause).toBe('by the operator');
    expect(cross(new Error('closed', { cause: { retries: 3 } })).cause).toBe('{ retries: 3 }');
    expect('cause' in cross(new Error('closed'))).toBe(false);
  });

  test('may be its own cause', () => {
    const error = new Error('round');
    error.cause = error;
    let depth = 0;
    for (let at: unknown = cross(error); at !== undefined; at = (at as Error).cause) depth++;
    expect(depth).toBe(9);
  });

  test.each([
    ['undefined', undefined, 'Thrown by the handler: undefined'],
    ['a string', 'oops', 'Thrown by the handler: oops'],
    ['a symbol', Symbol('s'), 'Thrown by the handler: Symbol(s)'],
    ['null', null, 'Thrown by the handler: null'],
    ['an object', { a: 1 }, 'Thrown by the handler: { a: 1 }'],
    [
      'an object without a prototype',
      Object.create(null),
      'Thrown by the handler: [Object: null prototype] {}',
    ],
  ])('may be %s', (_, value, message) => {
    expect(cross(value)).toMatchObject({ name: 'Error', message });
  });

  test('may throw when it is read', () => {
    const hostile = {
      name: 'Hostile',
      get message(): string {
        throw new Error('do not look');
      },
    };
    expect(cross(hostile).message).toBe('Thrown by the handler: a value that throws when it is read');
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    expect(cross(revoked.proxy).message).toContain('Thrown by the handler');
  });
});
