import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { isOwnError, ownError } from '@socketserver/core/workers';
import { watchConnection } from '../../dist/execution/connection-end.js';
import { RequestScope } from '../../dist/execution/request-scope.js';

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

test('whoever waits for the end of a connection hears of it, whatever another listener throws', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const connected = once(server, 'connection');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [socket] = (await connected) as [Socket];
  server.close();
  const scope = new RequestScope();
  watchConnection(socket, scope);
  socket.once('close', () => {
    throw new Error('in the listener');
  });
  const closed = once(socket, 'close');
  socket.destroy(); // without an error: only 'close' tells
  await closed;
  expect(scope.failure).toMatchObject({ error: { message: 'in the listener' } });
  client.destroy();
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
