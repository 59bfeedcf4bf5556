import { describe, expect, jest } from '@jest/globals';
import { test } from '../case.js';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { ClientAddress } from '@socketserver/core';
import { connectTo, readAll } from '../clients/stream-client.js';
import { Gate } from '../gate.js';
import type { RecordingConstructor } from '../recording-server.js';
import type { TestBed } from '../test-bed.js';
import { until } from '../until.js';
import { sendWithoutWaiting } from './closing.js';

type Arrival = [object, ClientAddress];

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

  describe('a hook that never settles', () => {
    test('handleError: its client is let go after requestTimeout, and counted', async () => {
      const { Server, asked } = endless(bed, 'handleError');
      await using served = await bed.serve(upper, { Server, fields: { requestTimeout: 50 } });
      const { server } = served;
      await bed.send(server, 'refused');
      await server.served(1);
      expect(asked()).toBe(1);
      expect(server.stats()).toMatchObject({ accepted: 1, active: 0, failed: 1 });
      expect(server.hooksByRequest()).toEqual([['get', 'shutdown']]);
    });

    test.each(['handleError', 'verifyRequest'] as const)(
      '%s: its client is let go by close()',
      async (hook) => {
        const { Server, asked } = endless(bed, hook);
        await using served = await bed.serve(upper, { Server });
        const { server } = served;
        let isLetGo = false;
        const letGo = bed.isStream ? endOf(bed, server) : sendWithoutWaiting(bed, server);
        void letGo.then(() => (isLetGo = true));
        await until(() => asked() === 1);
        expect(server.stats()).toMatchObject({ accepted: 1, active: 1 });
        if (bed.isStream) expect(isLetGo).toBe(false);
        const report = await server.close({ graceMs: 20 });
        expect(report).toEqual({ drained: 0, cut: 0, killed: 0, abandoned: 1 });
        await letGo;
        expect(server.stats()).toMatchObject({ accepted: 1, active: 0, failed: 1 });
        expect(server.state).toBe('closed');
      },
    );
  });

  test('a serverClose or a shutdown that throws: close() ends the server all the same', async () => {
    const server = bed.make(upper);
    const shutdown = server.shutdown.bind(server);
    server.shutdown = async () => {
      void shutdown();
      throw new Error('cannot shut down');
    };
    server.serverClose = () => {
      throw new Error('cannot close');
    };
    await server.listen();
    const loop = server.serveForever();
    expect(await bed.ask(server, 'hello')).toBe('HELLO');
    await expect(server.close()).rejects.toThrow('cannot close');
    await loop;
    expect({ state: server.state, fileno: server.fileno() }).toEqual({ state: 'closed', fileno: -1 });
    expect(server.errors.entries).toMatchObject([{ error: { message: 'cannot shut down' } }]);
    expect((server.stats() as { workers?: unknown }).workers ?? none).toEqual(none);
  });

  test.each<[string, (get: () => Promise<Arrival>) => unknown]>([
    [
      'throws',
      () => {
        throw new Error('cannot get');
      },
    ],
    ['rejects', () => Promise.reject(new Error('cannot get'))],
    ['returns no request', () => undefined],
  ])('a getRequest that %s: reported once, and clients are served afterwards', async (_, first) => {
    let calls = 0;
    class Server extends bed.Server {
      override getRequest(): Promise<Arrival> {
        calls++;
        const get = (): Promise<Arrival> => super.getRequest();
        return calls === 1 ? (first(get) as Promise<Arrival>) : get();
      }
      /** It takes its time: nobody waits for it. */
      override handleError(...args: [unknown]): Promise<void> {
        void super.handleError(...args);
        return new Promise(() => {});
      }
    }
    await using served = await bed.serve(upper, { Server });
    expect(await bed.ask(served.server, 'hello')).toBe('HELLO');
    expect(served.server.errors.entries).toMatchObject([
      { error: { message: expect.stringMatching(/cannot get|Expected `getRequest\(\)` to be a pair/) } },
    ]);
  });

  test('a getRequest that returns its request, and no promise of it', async () => {
    class Server extends bed.Server {
      override getRequest(): Promise<Arrival> {
        const got = super.getRequest();
        // As a thenable it is a plain value that is ready later.
        // oxlint-disable-next-line unicorn/no-thenable
        return { then: got.then.bind(got) } as unknown as Promise<Arrival>;
      }
    }
    await using served = await bed.serve(upper, { Server });
    expect(await bed.ask(served.server, 'hello')).toBe('HELLO');
    expect(await bed.ask(served.server, 'again')).toBe('AGAIN');
  });

  test.each(['ECONNABORTED', 'EINTR'])(
    'a getRequest that goes on failing with %s leaves the loop its turns',
    async (code) => {
      class Server extends bed.Server {
        override getRequest(): Promise<Arrival> {
          throw Object.assign(new Error(code), { code });
        }
      }
      await using served = await bed.serve(upper, { Server });
      // One is the connection's, many are the server's.
      expect(await served.server.errors.atLeast(1)).toMatchObject([{ error: { code } }]);
      await served.server.close();
    },
  );

  test('shutdown() inside getRequest() ends the loop', async () => {
    class Server extends bed.Server {
      override getRequest(): Promise<Arrival> {
        void this.shutdown();
        return super.getRequest();
      }
    }
    await using server = bed.make(upper, { Server });
    await server.serveForever();
    expect(server.state).toBe('listening');
  });

  test('serviceActions may wait for shutdown()', async () => {
    class Server extends bed.Server {
      override async serviceActions(): Promise<void> {
        await this.shutdown();
      }
    }
    await using server = bed.make(upper, { Server });
    await server.serveForever({ pollInterval: 1 });
    expect(server.state).toBe('listening');
  });

  test('serviceActions that takes longer than pollInterval: never two at once, and the loop waits for the last', async () => {
    let running = 0;
    let calls = 0;
    let most = 0;
    class Server extends bed.Server {
      override async serviceActions(): Promise<void> {
        calls++;
        running++;
        most = Math.max(most, running);
        await delay(30);
        running--;
      }
    }
    await using server = bed.make(upper, { Server });
    const loop = server.serveForever({ pollInterval: 1 });
    await until(() => calls >= 3);
    await server.shutdown();
    await loop;
    expect({ running, most }).toEqual({ running: 0, most: 1 });
    const before = calls;
    await delay(20);
    expect(calls).toBe(before);
  });

  test('a closeRequest that throws, or never ends, does not hold up close()', async () => {
    await using gate = await Gate.open();
    for (const close of [
      () => Promise.reject(new Error('cannot close')),
      () => new Promise<void>(() => {}),
    ]) {
      class Server extends bed.Server {
        override closeRequest(): Promise<void> {
          return close();
        }
      }
      await using served = await bed.serve(bed.handler('gated'), { Server, context: { gate: gate.port } });
      await sendWithoutWaiting(bed, served.server);
      await gate.visitor();
      const { killed, abandoned } = await served.server.close({ graceMs: 1 });
      expect(killed + abandoned).toBe(1);
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

const none = { serving: 0, starting: 0, draining: 0 };

/** A server one of whose hooks never settles; each request has an error. */
function endless(
  bed: TestBed,
  hook: 'handleError' | 'verifyRequest',
): { Server: RecordingConstructor; asked: () => number } {
  let asked = 0;
  const never = (): Promise<never> => {
    asked++;
    return new Promise(() => {});
  };
  class Endless extends bed.Server {
    override verifyRequest(): Promise<boolean> {
      return hook === 'verifyRequest' ? never() : Promise.reject(new Error('cannot tell'));
    }
    override async handleError(): Promise<void> {
      if (hook === 'handleError') await never();
    }
  }
  return { Server: Endless, asked: () => asked };
}

/** Resolves when the server has ended the connection, by a FIN or a reset. */
async function endOf(bed: TestBed, { serverAddress }: Parameters<TestBed['ask']>[0]): Promise<void> {
  const socket = await connectTo(serverAddress);
  socket.write('hello\n');
  await readAll(socket).catch(() => {});
  socket.destroy();
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
