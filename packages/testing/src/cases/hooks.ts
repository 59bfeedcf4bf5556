import { describe, expect, jest, test } from '@jest/globals';
import type { Socket } from 'node:net';
import { connectTo, readAll } from '../clients/stream-client.js';
import type { RecordingConstructor } from '../recording-server.js';
import type { TestBed } from '../test-bed.js';

/** The methods that a subclass overrides: their order, and what happens when they refuse or fail. */
export function hookCases(bed: TestBed): void {
  const upper = bed.handler('upper');

  test('calls each hook once for each request, in order', async () => {
    await using served = await bed.serve(upper);
    await bed.ask(served.server, 'one');
    await bed.ask(served.server, 'two');
    await served.server.served(2);
    const hooks =
      bed.composition.runsIn === 'loop'
        ? ['get', 'verify', 'process', 'finish', 'shutdown']
        : ['get', 'verify', 'process', 'shutdown'];
    expect(served.server.hooksByRequest()).toEqual([hooks, hooks]);
  });

  describe('a verifyRequest', () => {
    test.each([
      ['that returns false', () => false],
      ['that resolves with false', async () => false],
    ])('%s: the request is shut down once, and rejected', async (_, verify) => {
      const { Server, state } = verifying(bed, verify);
      await using served = await bed.serve(upper, { Server });
      const { server } = served;
      await bed.send(server, 'refused');
      await server.served(1);
      expect(server.stats()).toMatchObject({ accepted: 1, rejected: 1, completed: 0, failed: 0 });
      expect(server.hooksByRequest()).toEqual([['get', 'verify', 'shutdown']]);
      expect(server.errors.entries).toEqual([]);

      state.verify = async () => true;
      expect(await bed.ask(server, 'welcome')).toBe('WELCOME');
    });

    test.each([
      [
        'throws',
        () => {
          throw new Error('cannot tell');
        },
      ],
      ['rejects', () => Promise.reject(new Error('cannot tell'))],
    ])('that %s: the error is reported, the request is shut down, the loop lives on', async (_, verify) => {
      const { Server, state } = verifying(bed, verify);
      await using served = await bed.serve(upper, { Server });
      const { server } = served;
      await bed.send(server, 'refused');
      await server.served(1);
      expect(server.stats()).toMatchObject({ accepted: 1, rejected: 0, completed: 0, failed: 1 });
      expect(server.hooksByRequest()).toEqual([['get', 'verify', 'shutdown']]);
      expect(server.errors.entries).toMatchObject([{ error: { message: 'cannot tell' } }]);
      expect(server.errors.entries[0]?.request).toBe(server.calls.entries[0]?.request);

      state.verify = () => true;
      expect(await bed.ask(server, 'welcome')).toBe('WELCOME');
    });
  });

  if (bed.isStream) {
    test('what verifyRequest writes comes whole, and before what the handler writes', async () => {
      const greeting = Buffer.alloc(16_000_000, 'a');
      class Greeting extends bed.Server {
        override verifyRequest(...[request]: [never, never]): boolean {
          (request as Socket).write(greeting);
          return true;
        }
      }
      await using served = await bed.serve(upper, { Server: Greeting });
      const client = await connectTo(served.server.serverAddress);
      client.end('hello');
      const answer = await readAll(client);
      expect(answer.length).toBe(greeting.length + 5);
      expect(answer.subarray(-6).toString()).toBe('aHELLO');
      await served.server.served(1);
      expect(served.server.stats()).toMatchObject({ accepted: 1, completed: 1 });
    });
  }

  test('a handleError that throws: both errors are printed, the request is shut down once', async () => {
    class Clumsy extends bed.Server {
      override verifyRequest(): boolean {
        throw new Error('the first error');
      }
      override async handleError(): Promise<void> {
        throw new Error('the second error');
      }
    }
    const print = jest.spyOn(console, 'error').mockImplementation(() => {});
    try {
      await using served = await bed.serve(upper, { Server: Clumsy });
      for (const count of [1, 2]) {
        await bed.send(served.server, 'hello');
        await served.server.served(count);
      }
      const hooks = ['get', 'shutdown'];
      expect(served.server.hooksByRequest()).toEqual([hooks, hooks]);
      expect(served.server.stats()).toMatchObject({ accepted: 2, failed: 2 });
      expect(print.mock.calls.map(([text]) => /the \w+ error/.exec(String(text))?.[0])).toEqual([
        'the first error',
        'the second error',
        'the first error',
        'the second error',
      ]);
    } finally {
      print.mockRestore();
    }
  });

  test('a shutdownRequest that throws: it is called once, reported once, and the server goes on', async () => {
    let fails = true;
    class Stuck extends bed.Server {
      override async shutdownRequest(request: object): Promise<void> {
        await super.shutdownRequest(request);
        if (fails) throw new Error('cannot shut down');
      }
    }
    await using served = await bed.serve(upper, { Server: Stuck });
    const { server } = served;
    await bed.ask(server, 'one');
    await server.served(1);
    expect(server.stats()).toMatchObject({ accepted: 1, failed: 1 });
    expect(server.errors.entries).toMatchObject([{ error: { message: 'cannot shut down' } }]);
    expect(server.calls.entries.filter(({ hook }) => hook === 'shutdown')).toHaveLength(1);

    fails = false;
    expect(await bed.ask(server, 'two')).toBe('TWO');
  });
}

type Verify = () => boolean | Promise<boolean>;

/** A server whose verifyRequest can be changed while it serves. */
function verifying(
  bed: TestBed,
  verify: Verify,
): { Server: RecordingConstructor; state: { verify: Verify } } {
  const state = { verify };
  class Verifying extends bed.Server {
    override async verifyRequest(...request: [never, never]): Promise<boolean> {
      await super.verifyRequest(...request);
      return state.verify();
    }
  }
  return { Server: Verifying, state };
}
