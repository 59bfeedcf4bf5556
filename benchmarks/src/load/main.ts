// The main program of a load process: see LoadPlan, LoadCommand and LoadMessage.
import { setTimeout as sleep } from 'node:timers/promises';
import { onJsonLine, writeJsonLine } from '../lines.js';
import type { LoadCommand, LoadPlan } from '../protocol.js';
import { ClosedLoop } from './closed-loop.js';
import { openConversations } from './open-conversations.js';
import { Tally } from './tally.js';

const plan = JSON.parse(process.argv[2] ?? '{}') as LoadPlan;
const tally = new Tally();
const loop = new ClosedLoop(tally, plan.timeoutMs);

process.stdin.on('close', () => process.exit());
onJsonLine<LoadCommand>(process.stdin, ({ ms }) => void measure(ms));

const conversations = await openConversations(plan);
if (plan.connection !== 'idle') loop.start(conversations);
writeJsonLine({ event: 'running' });

async function measure(ms: number): Promise<void> {
  tally.open(performance.now());
  await sleep(ms);
  tally.close(performance.now());
  await loop.stop();
  writeJsonLine({ event: 'measured', ...tally.result() });
}
