import type { Step, Tally } from '../protocol.js';
import type { Scene, StreamTarget } from '../run/scene.js';

export const ECHO: readonly Step[] = [
  { do: 'send', text: 'echo hello\n' },
  { do: 'readLine', expect: 'hello' },
  { do: 'halfClose' },
  { do: 'untilEnd' },
];

/** Keeps a handler busy for a while. */
export function hold(ms: number): Step[] {
  return [
    { do: 'send', text: `hold ${ms}\n` },
    { do: 'readLine', expect: 'held' },
    { do: 'halfClose' },
    { do: 'untilEnd' },
  ];
}

/** Clients whose handlers are running while something happens. */
export function bystanders(scene: Scene, target: StreamTarget, count = 10): Promise<Tally> {
  return scene.clients({ name: 'bystander', target, count }, ...hold(300));
}
