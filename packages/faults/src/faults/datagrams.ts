import { THROWN } from '../handlers/commands.js';
import type { Fault } from './fault.js';

/** Few at a time: while a worker starts, each is waited for in vain. */
const TIMES = 10;

export const datagrams: Fault = {
  name: 'datagrams',
  title: 'Datagrams that are empty, huge, or make their handler throw or its worker exit',
  inject: async (scene) => {
    const target = 'udp';
    const odd = ['', 'nonsense', 'x'.repeat(60_000), '\u0000\u001b[2J\n'];
    const bad = [...odd, ...Object.keys(THROWN).map((what) => `throw ${what}`)];
    if (scene.engine !== 'async') bad.push('exit');
    for (const text of bad) {
      await scene.clients({ name: 'datagrams', target, count: 5 }, { do: 'send', text });
      scene.injected += 5;
    }
    // Lost ones are lost, as datagrams may be; but the server answers again.
    await scene.until(async () => {
      const steps = [
        { do: 'send', text: 'echo hello\n' },
        { do: 'readLine', expect: 'hello' },
      ] as const;
      const { answered } = await scene.clients({ name: 'datagrams', target, count: TIMES }, ...steps);
      return answered > TIMES / 2;
    }, 'expected datagrams to be answered after bad ones, got no answers');
  },
};
