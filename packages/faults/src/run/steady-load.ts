import type { Steady } from '../protocol.js';

/** Who comes all the while: some ask once, some stay and ask again, some send datagrams. */
export const STEADY_LOAD: readonly Omit<Steady, 'hungAfterMs'>[] = [
  ...(['tcp', 'unix'] as const).flatMap((target) => [
    {
      name: 'steady',
      target,
      atOnce: 6,
      paceMs: 10,
      steps: [
        { do: 'send', text: 'echo TOKEN\n' },
        { do: 'readLine', expect: 'TOKEN' },
        { do: 'halfClose' },
        { do: 'untilEnd' },
      ],
    } satisfies Omit<Steady, 'hungAfterMs'>,
    {
      name: 'steady, long',
      target,
      atOnce: 4,
      paceMs: 10,
      steps: [
        ...Array.from({ length: 5 }, (_, turn) => [
          { do: 'send', text: turn === 0 ? 'echo TOKEN\n' : `TOKEN-${turn}\n` } as const,
          { do: 'readLine', expect: turn === 0 ? 'TOKEN' : `TOKEN-${turn}` } as const,
          { do: 'wait', ms: 50 } as const,
        ]).flat(),
        { do: 'halfClose' },
        { do: 'untilEnd' },
      ],
    } satisfies Omit<Steady, 'hungAfterMs'>,
  ]),
  {
    name: 'steady',
    target: 'udp',
    atOnce: 4,
    paceMs: 10,
    steps: [
      { do: 'send', text: 'echo TOKEN\n' },
      { do: 'readLine', expect: 'TOKEN' },
    ],
  },
];
