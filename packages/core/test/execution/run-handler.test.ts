import { beforeEach, describe, expect, test } from '@jest/globals';
import { BaseRequestHandler } from '@socketserver/core';
import { RequestScope, runHandler, type HandlerInit } from '@socketserver/core/workers';
import { Gate } from '../support/servers.js';

type Step = 'setup' | 'handle' | 'finish';

const STEPS: readonly Step[] = ['setup', 'handle', 'finish'];
let ran: string[] = [];

beforeEach(() => {
  ran = [];
});

function init(): HandlerInit {
  return {
    request: { packet: Buffer.from('x') },
    clientAddress: { path: '/client' },
    server: { serverAddress: { path: '/server' }, context: { a: 1 }, shutdown: () => {} },
    scope: new RequestScope(),
  };
}

/** A handler that notes its steps, each of which throws if it is among `failing`: at once, or in its own time. */
function handlerOf(
  failing: readonly Step[],
  isAsync: boolean,
): new (init: HandlerInit) => BaseRequestHandler {
  const run = (step: Step): void | Promise<void> => {
    const act = (): void => {
      ran.push(step);
      if (failing.includes(step)) throw new Error(step);
    };
    return isAsync ? Promise.resolve().then(act) : act();
  };
  return class extends BaseRequestHandler {
    override setup(): void | Promise<void> {
      return run('setup');
    }
    override handle(): void | Promise<void> {
      return run('handle');
    }
    override finish(): void | Promise<void> {
      return run('finish');
    }
  };
}

describe.each([
  ['at once', false],
  ['in its own time', true],
])('a handler that acts %s', (_, isAsync) => {
  test('runs setup(), handle() and finish(), in this order', async () => {
    await runHandler(handlerOf([], isAsync), init());
    expect(ran).toEqual(STEPS);
  });

  test.each<[Step[], Step[], Step]>([
    [['setup'], ['setup'], 'setup'],
    [['handle'], ['setup', 'handle', 'finish'], 'handle'],
    [['finish'], ['setup', 'handle', 'finish'], 'finish'],
    [['handle', 'finish'], ['setup', 'handle', 'finish'], 'handle'],
  ])('and throws in %p runs %p, and rejects with the error of %s()', async (failing, runs, first) => {
    await expect(runHandler(handlerOf(failing, isAsync), init())).rejects.toMatchObject({ message: first });
    expect(ran).toEqual(runs);
  });
});

test('each step waits for the one before', async () => {
  const gate = new Gate();
  class Waiting extends BaseRequestHandler {
    override async setup(): Promise<void> {
      await gate.opened;
      ran.push('setup');
    }
    override async handle(): Promise<void> {
      await Promise.resolve();
      ran.push('handle');
    }
    override finish(): void {
      ran.push('finish');
    }
  }
  const over = runHandler(Waiting, init());
  await new Promise((resolve) => setImmediate(resolve));
  expect(ran).toEqual([]);
  gate.open();
  await over;
  expect(ran).toEqual(STEPS);
});

test('a constructor that throws rejects, and runs no step', async () => {
  class Unborn extends handlerOf([], false) {
    constructor(given: HandlerInit) {
      super(given);
      throw new Error('not born');
    }
  }
  await expect(runHandler(Unborn, init())).rejects.toMatchObject({ message: 'not born' });
  expect(ran).toEqual([]);
});

test.each([undefined, null, 'oops', 0])('what is thrown is handed on as it is: %p', async (value) => {
  class Throwing extends BaseRequestHandler {
    override handle(): void {
      // oxlint-disable-next-line typescript/only-throw-error -- a handler may throw anything
      throw value;
    }
    override finish(): void {
      ran.push('finish');
    }
  }
  await expect(runHandler(Throwing, init())).rejects.toBe(value);
  expect(ran).toEqual(['finish']);
});

test('a handler has what it was built with, and the signal of its scope', async () => {
  const seen = new Gate<Pick<BaseRequestHandler, 'request' | 'clientAddress' | 'server' | 'signal'>>();
  class Looking extends BaseRequestHandler {
    override handle(): void {
      const { request, clientAddress, server, signal } = this;
      seen.open({ request, clientAddress, server, signal });
    }
  }
  const given = init();
  await runHandler(Looking, given);
  const { signal, ...rest } = await seen.opened;
  const { scope, ...expected } = given;
  expect(rest).toEqual(expected);
  expect(signal.aborted).toBe(false);
  scope.abort('enough');
  expect(signal).toMatchObject({ aborted: true, reason: 'enough' });
});
