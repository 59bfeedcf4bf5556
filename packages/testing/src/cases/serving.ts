import { describe, expect } from '@jest/globals';
import { test } from '../case.js';
import { threadId } from 'node:worker_threads';
import type { RequestHandlerSource } from '@socketserver/core';
import { connectTo, readAll } from '../clients/stream-client.js';
import UpperDatagramBase from '../handlers/datagram/upper-base.js';
import UpperDatagram from '../handlers/datagram/upper.js';
import type { Facts } from '../handlers/facts.js';
import UpperStreamBase from '../handlers/stream/upper-base.js';
import UpperStream from '../handlers/stream/upper.js';
import type { TestBed } from '../test-bed.js';

/** Every handler base, every form of handler, and what a handler knows. */
export function servingCases(bed: TestBed): void {
  describe('serves', () => {
    const handlers: [string, RequestHandlerSource][] = [
      ['a handler on the bare request, given as URL', bed.handler('upper-base')],
      ['a handler on the bare request, given as class', bed.isStream ? UpperStreamBase : UpperDatagramBase],
      ['a handler with rfile and wfile, given as URL', bed.handler('upper')],
      ['a handler with rfile and wfile, given as class', bed.isStream ? UpperStream : UpperDatagram],
    ];

    test.each(handlers)('%s, to three clients', async (_, handler) => {
      await using served = await bed.serve(handler);
      for (const name of ['one', 'two', 'three']) {
        expect(await bed.ask(served.server, `hello from ${name}\n`)).toBe(
          `HELLO FROM ${name.toUpperCase()}\n`,
        );
      }
      await served.server.served(3);
      expect(served.server.stats()).toMatchObject({ accepted: 3, completed: 3, failed: 0, rejected: 0 });
      expect(served.server.errors.entries).toEqual([]);
    });

    if (bed.isStream) {
      test('where V8 has one hidden class for the options of all sockets, which Node 20 has not by itself', async () => {
        await using served = await bed.serve(bed.handler('hidden-class'));
        expect(await bed.ask(served.server, '')).toBe('true');
      });
    }

    test('three clients written in Python', async () => {
      await using served = await bed.serve(bed.handler('upper'));
      const answers = ['one', 'two', 'three'].map((name) => bed.askPython(served.server, `${name}\n`));
      expect(await Promise.all(answers)).toEqual(['ONE\n', 'TWO\n', 'THREE\n']);
    });
  });

  describe('tells its handler', () => {
    test('the context, the address of the server, and that it has not been aborted', async () => {
      const context = { greeting: 'hello', tags: ['a', 'b'] };
      await using served = await bed.serve(bed.handler('tell-facts'), { context });
      const facts = await factsFrom(bed, served.server);
      expect(facts).toMatchObject({ context, serverAddress: served.server.serverAddress, aborted: false });
    });

    test('the address of its client', async () => {
      await using served = await bed.serve(bed.handler('tell-facts'));
      const { server } = served;
      switch (bed.composition.kind) {
        case 'tcp': {
          const socket = await connectTo(server.serverAddress);
          const port = socket.localPort;
          socket.end();
          const { clientAddress } = JSON.parse((await readAll(socket)).toString()) as Facts;
          expect(clientAddress).toEqual({ address: '127.0.0.1', port, family: 'IPv4' });
          return;
        }
        case 'udp': {
          const { clientAddress } = await factsFrom(bed, server);
          expect(clientAddress).toEqual({ address: '127.0.0.1', port: expect.any(Number), family: 'IPv4' });
          return;
        }
        case 'unix-stream': {
          const { clientAddress } = await factsFrom(bed, server);
          expect(clientAddress).toEqual({ path: '' });
          return;
        }
        case 'unix-datagram': {
          const name = bed.freePath();
          const answer = await bed.python.ask({
            address: server.serverAddress,
            stream: false,
            text: 'who?',
            name,
          });
          expect((JSON.parse(answer) as Facts).clientAddress).toEqual({ path: name });
          return;
        }
      }
    });
  });

  test(`runs its handler in a ${bed.composition.runsIn}`, async () => {
    await using served = await bed.serve(bed.handler('tell-facts'));
    const facts = await factsFrom(bed, served.server);
    const here = { process: facts.pid === process.pid, thread: facts.threadId === threadId };
    switch (bed.composition.runsIn) {
      case 'loop':
        expect(here).toEqual({ process: true, thread: true });
        return;
      case 'thread':
        expect(here).toEqual({ process: true, thread: false });
        return;
      case 'child':
        expect(here.process).toBe(false);
        return;
    }
  });

  if (!bed.isStream) {
    test('sends nothing for a handler that wrote nothing', async () => {
      await using served = await bed.serve(bed.handler('silent'));
      await bed.send(served.server, 'anybody there?');
      await served.server.served(1);
      expect(served.server.stats()).toMatchObject({ completed: 1, failed: 0 });
    });
  }
}

async function factsFrom(bed: TestBed, server: Parameters<TestBed['ask']>[0]): Promise<Facts> {
  return JSON.parse(await bed.ask(server, 'facts')) as Facts;
}
