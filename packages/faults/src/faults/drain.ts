import { bystanders, ECHO } from './bystanders.js';
import type { Fault } from './fault.js';

const COUNT = 50;

export const drain: Fault = {
  name: 'drain',
  title: 'drain() under load, then resume()',
  needs: 'drain',
  inject: (scene) =>
    scene.atStreams(async (target) => {
      const running = bystanders(scene, target);
      await scene.pause(50);
      await scene.server.call(target, 'drain');
      const { active } = (await scene.server.stats(target)).stats;
      scene.expect(active === 0, `expected no request after drain(), got ${active}`);
      const waiting = scene.clients({ name: 'drain', target, count: COUNT }, ...ECHO);
      await scene.pause(100);
      await scene.server.call(target, 'resume');
      scene.injected++;
      scene.expectAllAnswered(await running, 10, 'clients that drain() waits for');
      scene.expectAllAnswered(await waiting, COUNT, 'clients of a drained server that resumes');
    }),
};
