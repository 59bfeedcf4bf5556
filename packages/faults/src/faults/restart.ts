import { bystanders } from './bystanders.js';
import type { Fault } from './fault.js';

export const restart: Fault = {
  name: 'restart',
  title: 'The server is closed under load, and a new one takes its place',
  closesListener: true,
  inject: (scene) =>
    scene.atStreams(async (target) => {
      const quick = bystanders(scene, target);
      // Such handlers end when their signal aborts.
      const waiting = scene.clients(
        { name: 'waiting', target, count: 5 },
        { do: 'send', text: 'wait\n' },
        { do: 'readLine', expect: 'aborted' },
        { do: 'untilEnd' },
      );
      // These do not: they are ended after the grace.
      const stubborn = scene.clients(
        { name: 'stubborn', target, count: 2 },
        { do: 'send', text: 'hold 600000\n' },
        { do: 'untilEnd' },
      );
      await scene.pause(200);
      await scene.server.restart(target, { graceMs: 1_000 });
      scene.injected++;
      scene.expectAllAnswered(await quick, 10, 'clients that a closing server has taken');
      scene.expectAllAnswered(await waiting, 5, 'clients whose handler heeds its signal');
      await stubborn;
    }),
};
