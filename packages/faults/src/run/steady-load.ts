import type { Steady } from '../protocol.js';
import { HUNG_AFTER_MS } from './scene.js';

/** Who comes all the while: some ask once, some stay and ask again, some send datagrams. */
export const STEADY_LOAD: readonly Steady[] = [
  ...(['tcp', 'unix'] as const).flatMap((target) => [
    {
      name: 'steady',
      target,
      atOnce: 6,
      paceMs: 10,
      hungAfterMs: HUNG_AFTER_MS,
      steps: [
        { do: 'send', text: 'echo TOKEN\n' },
        { do: 'readLine', expect: 'TOKEN' },
        { do: 'halfClose' },
        { do: 'untilEnd' },
      ],
    } satisfies Steady,
    {
      name: 'steady, long',
      target,
      atOnce: 4,
      paceMs: 10,
      hungAfterMs: HUNG_AFTER_MS,
      steps: [
        ...Array.from({ length: 5 }, (_, turn) => [
          { do: 'send', text: turn === 0 ? 'echo TOKEN\n' : `TOKEN-${turn}\n` } as const,
          { do: 'readLine', expect: turn === 0 ? 'TOKEN' : `TOKEN-${turn}` } as const,
          { do: 'wait', ms: 50 } as const,
        ]).flat(),
        { do: 'halfClose' },
        { do: 'untilEnd' },
      ],
    } satisfies Steady,
  ]),
  {
    name: 'steady',
    target: 'udp',
    atOnce: 4,
    paceMs: 10,
    hungAfterMs: HUNG_AFTER_MS,
    steps: [
      { do: 'send', text: 'echo TOKEN\n' },
      { do: 'readLine', expect: 'TOKEN' },
    ],
  },
];
