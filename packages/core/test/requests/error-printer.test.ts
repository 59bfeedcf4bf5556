import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { TCPServer } from '@socketserver/core';
import { NullHandler, until } from '../support/servers.js';

let lines: string[] = [];

beforeEach(() => {
  lines = [];
  jest.spyOn(console, 'error').mockImplementation((text) => void lines.push(String(text)));
});
afterEach(() => void jest.restoreAllMocks());

function failing(errors: number): TCPServer {
  const server = new TCPServer({ host: '127.0.0.1', port: 0 }, NullHandler);
  for (let error = 0; error < errors; error++) void server.handleError(new Error(`error ${error}`));
  return server;
}

function timers(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
}

const LEFT_OUT = /^\d{4}-\d\d-\d\dT[\d:.]+Z 90 more errors were not printed \(at most 10 a second\)$/;

describe('the default handleError()', () => {
  test('prints at most ten errors in a second, and when that is over how many it has left out', async () => {
    const before = timers();
    const server = failing(100);
    expect(timers()).toBe(before); // none that keeps the process alive
    expect(lines).toHaveLength(10);
    expect(lines[9]).toContain('Error: error 9\n');
    await until(() => lines.length > 10);
    expect(lines[10]).toMatch(LEFT_OUT);
    void server.handleError(new Error('later'));
    expect(lines[11]).toContain('Error: later\n');
    expect(lines).toHaveLength(12);
  });

  test.each(['close', 'serverClose'] as const)('tells it at %s(), and not again', async (end) => {
    const server = failing(100);
    await server[end]();
    expect(lines.slice(10)).toEqual([expect.stringMatching(LEFT_OUT)]);
    await server.close();
    expect(lines).toHaveLength(11);
  });

  test('tells of none when all were printed', async () => {
    await failing(10).close();
    expect(lines).toHaveLength(10);
  });
});
