import { describe, expect, test } from '@jest/globals';
import { subscribe, tracingChannel, unsubscribe } from 'node:diagnostics_channel';
import { AsyncTCPServer, BaseRequestHandler, type RequestTrace, type ServerEvent } from '@socketserver/core';
import { ask } from '../support/clients.js';
import { NullHandler, serving, until } from '../support/servers.js';

const LOCAL = { host: '127.0.0.1', port: 0 };

class Throwing extends BaseRequestHandler {
  override handle(): void {
    throw new Error('for the channel');
  }
}

class Silent extends AsyncTCPServer {
  override handleError(): void {}
}

test('a request is traced from its verification to its end, with who sent it', async () => {
  const seen: [string, RequestTrace][] = [];
  const channel = tracingChannel<unknown, RequestTrace>('socketserver.request');
  const note = (name: string) => (trace: unknown) => void seen.push([name, trace as RequestTrace]);
  const subscribers = {
    start: note('start'),
    end: note('end'),
    asyncStart: note('asyncStart'),
    asyncEnd: note('asyncEnd'),
    error: note('error'),
  };
  channel.subscribe(subscribers);
  try {
    await using server = await serving(new Silent(LOCAL, Throwing));
    await ask(server.serverAddress, 'x');
    await until(() => server.stats().active === 0);
    expect(seen.map(([name]) => name)).toEqual(['start', 'end', 'error', 'asyncStart', 'asyncEnd']);
    const trace = seen[2]?.[1];
    expect(trace?.server).toBe(server);
    expect(trace?.clientAddress).toMatchObject({ address: '127.0.0.1', family: 'IPv4' });
    expect(trace?.error).toMatchObject({ message: 'for the channel' });
  } finally {
    channel.unsubscribe(subscribers);
  }
});

describe('the server', () => {
  test('tells when it listens and when it is closed, once each', async () => {
    const seen: [string, unknown][] = [];
    const note = (message: unknown, name: string | symbol) =>
      void seen.push([String(name), (message as ServerEvent).server]);
    subscribe('socketserver.listen', note);
    subscribe('socketserver.close', note);
    try {
      const server = await serving(new AsyncTCPServer(LOCAL, NullHandler));
      await server.close();
      await server.serverClose();
      expect(seen).toEqual([
        ['socketserver.listen', server],
        ['socketserver.close', server],
      ]);
    } finally {
      unsubscribe('socketserver.listen', note);
      unsubscribe('socketserver.close', note);
    }
  });
});
