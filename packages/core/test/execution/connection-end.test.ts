import { describe, expect, test } from '@jest/globals';
import { isOwnError, ownError } from '@socketserver/core/workers';

const connection = {};

describe('the error of a connection', () => {
  test('is told by identity, and belongs to that connection alone', () => {
    const error = ownError(connection, Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }));
    expect(isOwnError(connection, error)).toBe(true);
    expect(isOwnError({}, error)).toBe(false);
    expect(isOwnError(connection, Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }))).toBe(
      false,
    );
  });

  test('is that of what was aborted by it', () => {
    const reason = ownError(connection, new Error('read ECONNRESET'));
    const abort = Object.assign(new Error('aborted', { cause: reason }), { name: 'AbortError' });
    expect(isOwnError(connection, abort)).toBe(true);
    expect(isOwnError(connection, new Error('wrapped', { cause: reason }))).toBe(false);
    const circle = Object.assign(new Error('aborted'), { name: 'AbortError' });
    circle.cause = circle;
    expect(isOwnError(connection, circle)).toBe(false);
  });

  test.each([undefined, null, 'text', 1, hostile(), revoked()])(
    'is none that cannot be one (%#)',
    (thrown) => {
      expect(isOwnError(connection, thrown)).toBe(false);
    },
  );
});

function hostile(): object {
  return {
    get code(): string {
      throw new Error('do not look');
    },
  };
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}
