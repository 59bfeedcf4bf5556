import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { checkFromChild, checkToChild } from '../src/protocol.js';

const ENTRY = fileURLToPath(new URL('../dist/child-entry.js', import.meta.url));

const error = { name: 'Error', message: 'm' };
const clientAddress = { path: '' };
const request = { id: 1, clientAddress, deadline: 1 };
const start = { type: 'start', handler: {}, serverAddress: {}, context: '' };

describe('what fits', () => {
  test.each([
    { type: 'ready', piped: true },
    { type: 'failed', error },
    { type: 'begun', id: 1 },
    { type: 'returned', id: 1 },
    { type: 'ended', id: 1 },
    { type: 'ended', id: 1, end: { error, disconnected: true, cut: false } },
    { type: 'send', id: 1, data: new Uint8Array(1), address: {} },
    { type: 'shutdown' },
    { type: 'leaving' },
  ])('from a child: %j', (message) => {
    expect(checkFromChild([message])).toEqual([message]);
  });

  test.each([
    start,
    { ...start, limits: {} },
    { type: 'stream', ...request, piped: false },
    { type: 'datagram', ...request, packet: new Uint8Array(1) },
    { type: 'sent', id: 1, bytes: 1 },
    { type: 'sent', id: 1, bytes: 0, error },
    { type: 'abort', reason: error },
    { type: 'end' },
  ])('to a child: %j', (message) => {
    expect(checkToChild([message])).toEqual([message]);
  });
});

const misfits = [null, 'text', {}, [null], ['text'], [{}], [{ type: 'nonsense' }], [{ type: 'toString' }]];
const protocolError = expect.objectContaining({ code: 'ERR_SOCKETSERVER_PROTOCOL' });

describe('what does not fit', () => {
  test.each([
    ...misfits,
    [{ type: 'ready' }],
    [{ type: 'failed', error: null }],
    [{ type: 'failed', error: { name: 1, message: 'm' } }],
    [{ type: 'begun', id: '1' }],
    [{ type: 'begun', id: 0.5 }],
    [{ type: 'returned' }],
    [{ type: 'ended', id: 1, end: { error: 'text' } }],
    [{ type: 'ended', id: 1, end: { cut: 1 } }],
    [{ type: 'send', id: 1, data: 'text', address: {} }],
    [{ type: 'send', id: 1, data: new Uint8Array(1), address: null }],
    [{ type: 'shutdown' }, { type: 'begun' }],
  ])('from a child: %j', (value) => {
    expect(() => checkFromChild(value)).toThrow(protocolError);
  });

  test.each([
    ...misfits,
    [{ ...start, context: {} }],
    [{ ...start, handler: 'file:///x.js' }],
    [{ ...start, limits: 1 }],
    [{ type: 'stream', ...request }],
    [{ type: 'stream', ...request, id: null, piped: true }],
    [{ type: 'stream', ...request, deadline: '1', piped: true }],
    [{ type: 'datagram', ...request, packet: 'text' }],
    [{ type: 'sent', id: 1, bytes: 1, error: 1 }],
    [{ type: 'abort' }],
    [{ type: 'end' }, null],
  ])('to a child: %j', (value) => {
    expect(() => checkToChild(value)).toThrow(protocolError);
  });

  test('of anything at all, either check returns or throws an error of this library', () => {
    const type = fc.constantFrom(
      'ready',
      'failed',
      'begun',
      'ended',
      'send',
      'start',
      'stream',
      'datagram',
      'abort',
    );
    const message = fc.record({
      type,
      id: fc.anything(),
      error: fc.anything(),
      reason: fc.anything(),
      data: fc.anything(),
    });
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.array(message)), (value) => {
        for (const check of [checkFromChild, checkToChild]) {
          expect([undefined, 'ERR_SOCKETSERVER_PROTOCOL']).toContain(codeThrownBy(() => check(value)));
        }
      }),
    );
  });
});

test.each([...misfits, [{ type: 'stream', ...request, piped: true }]])(
  'a child that is told %j ends by itself, and says why',
  async (message) => {
    const { NODE_OPTIONS: _, ...env } = process.env;
    const child = fork(ENTRY, [], { env, execArgv: [], stdio: ['ignore', 'inherit', 'pipe', 'ipc', 'pipe'] });
    const said: Buffer[] = [];
    child.stderr?.on('data', (chunk: Buffer) => said.push(chunk));
    child.send(message as object);
    expect(await once(child, 'close')).toEqual([1, null]);
    expect(Buffer.concat(said).toString()).toContain('ERR_SOCKETSERVER_PROTOCOL');
  },
);

function codeThrownBy(check: () => unknown): unknown {
  try {
    check();
    return undefined;
  } catch (thrown) {
    return (thrown as { code?: unknown }).code ?? thrown;
  }
}
