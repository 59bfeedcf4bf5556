import type { Fault } from './fault.js';

/** More than a busy machine needs for the clients below. */
const GRACE_MS = 3_000;

export const restart: Fault = {
  name: 'restart',
  title: 'The server is closed under load, and a new one takes its place',
  closesListener: true,
  inject: (scene) =>
    scene.atStreams(async (target) => {
      // Such handlers go on when their signal aborts, and end before the grace is over.
      const running = scene.clients(
        { name: 'running', target, count: 10 },
        { do: 'send', text: 'begin 500\n' },
        { do: 'readLine', expect: 'begun' },
        { do: 'begun' },
        { do: 'readLine', expect: 'held' },
        { do: 'untilEnd' },
      );
      // Such end when it aborts.
      const waiting = scene.clients(
        { name: 'waiting', target, count: 5 },
        { do: 'send', text: 'wait\n' },
        { do: 'readLine', expect: 'waiting' },
        { do: 'begun' },
        { do: 'readLine', expect: 'aborted' },
        { do: 'untilEnd' },
      );
      // These do neither: they are ended after the grace.
      const stubborn = scene.clients(
        { name: 'stubborn', target, count: 2 },
        { do: 'send', text: 'hold 600000\n' },
        { do: 'untilEnd' },
      );
      await scene.pause(200);
      await scene.server.restart(target, { graceMs: GRACE_MS });
      scene.injected++;
      // Who still waits in the backlog is ended with it: nobody has taken them.
      for (const { answered, begun, ended } of [await running, await waiting]) {
        scene.untaken += ended;
        scene.expect(
          answered >= begun,
          `expected ${begun} clients of a closing server to be answered, got ${answered}`,
        );
      }
      await stubborn;
    }),
};
