import { createSocket } from 'node:dgram';
import { describe, expect } from '@jest/globals';
import { test } from '../case.js';
import type { Fault } from '../handlers/fault.js';
import type { ReportedError } from '../recording-server.js';
import type { BoundInetAddress } from '@socketserver/core';
import { until } from '../until.js';
import type { TestBed } from '../test-bed.js';

const PLACES: Fault['at'][] = ['setup', 'handle', 'finish'];
const KINDS: Fault['what'][] = ['a sync error', 'an async error', 'undefined', 'a string', 'an async string'];

/** Handlers that fail: wherever they run, the server's `handleError` learns of it, once and in full. */
export function faultCases(bed: TestBed): void {
  describe('reports once, and goes on, when', () => {
    const faults = PLACES.flatMap((at) => KINDS.map((what): [Fault['at'], Fault['what']] => [at, what]));

    test.each(faults)('%s throws %s', async (at, what) => {
      const context: Fault = { at, what };
      await using served = await bed.serve(bed.handler('failing'), { context });
      const { server } = served;
      await bed.send(server, 'one');
      await server.served(1);
      await bed.send(server, 'two');
      await server.served(2);

      expect(server.errors).toHaveLength(2);
      for (const reported of server.errors.entries) {
        checkReport(reported, context);
        expect(reported.request !== undefined).toBe(!bed.acceptsInWorkers);
      }
      expect(server.stats()).toMatchObject({ accepted: 2, active: 0, completed: 0, failed: 2, rejected: 0 });
      for (const hooks of server.hooksByRequest()) expect(hooks.at(-1)).toBe('shutdown');
    });
  });

  if (!bed.isStream) {
    test('a datagram that can be sent nowhere fails its own request, and no other', async () => {
      await using served = await bed.serve(bed.handler('misdirecting'));
      const { server } = served;
      for (const text of ['nowhere', 'nothing']) await bed.send(server, text);
      await server.served(2);
      const codes = server.errors.entries.map(({ error }) => (error as { code?: string }).code);
      expect(new Set(codes)).toEqual(new Set(['ERR_SOCKETSERVER_BAD_ADDRESS', codeOfBadData(bed)]));
      expect(await bed.ask(server, 'hello')).toBe('HELLO');
      expect(await bed.ask(server, 'odd')).toBe('ODD');
      await server.served(4);
      expect(server.stats()).toMatchObject({ accepted: 4, completed: 2, failed: 2 });
    });
  }

  if (bed.composition.kind === 'udp') {
    test('each of several datagrams that are sent at once is told of by itself', async () => {
      await using served = await bed.serve(bed.handler('misdirecting'));
      const { server } = served;
      const { port, host } = server.serverAddress as BoundInetAddress;
      const client = createSocket('udp4');
      const received: string[] = [];
      client.on('message', (data) => received.push(data.toString()));
      client.send('together', port, host);
      await server.served(1);
      await until(() => received.includes('ddddd'));
      client.close();
      expect(received).toEqual(['a', 'bb', '', 'ddddd']);
      const [reported] = server.errors.entries;
      expect(reported).toMatchObject({ error: { message: '1 2 ERR_SOCKET_BAD_PORT 0 5' } });
    });
  }

  if (bed.isStream) {
    test('sends what was written before finish throws', async () => {
      const context: Fault = { at: 'finish', what: 'an async error' };
      await using served = await bed.serve(bed.handler('failing'), { context });
      expect(await bed.ask(served.server, 'whole')).toBe('whole');
    });
  }
}

/** Where a datagram has come in UDP is Node's own socket, which says it itself. */
function codeOfBadData({ composition: { runsIn, kind }, acceptsInWorkers }: TestBed): string {
  return (runsIn === 'loop' || acceptsInWorkers) && kind === 'udp'
    ? 'ERR_INVALID_ARG_TYPE'
    : 'ERR_SOCKETSERVER_BAD_ARGUMENT';
}

function checkReport({ error, clientAddress }: ReportedError, { at, what }: Fault): void {
  expect(clientAddress).toBeDefined();
  switch (what) {
    case 'a sync error':
    case 'an async error':
      expect(error).toMatchObject({
        name: 'TestFault',
        message: `in ${at}`,
        code: 'ERR_TEST_FAULT',
        stack: expect.stringContaining('fault.'),
        cause: { name: 'RangeError', message: 'the cause', code: 'ERR_TEST_CAUSE' },
      });
      return;
    // What is no error arrives as it is, or, from elsewhere, as the message of one.
    case 'undefined':
      expect(textOf(error)).toContain('undefined');
      return;
    case 'a string':
    case 'an async string':
      expect(textOf(error)).toContain(`in ${at}`);
      return;
  }
}

function textOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error
    ? String(error.message)
    : String(error);
}
