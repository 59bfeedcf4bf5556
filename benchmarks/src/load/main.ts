// The main program of a load process: see LoadCommand and LoadMessage.
import { setTimeout as sleep } from 'node:timers/promises';
import { warmUpSockets } from '@socketserver/core/workers';
import { onJsonLine, writeJsonLine } from '../lines.js';
import type { LoadCommand, LoadPlan } from '../protocol.js';
import { ClosedLoop } from './closed-loop.js';
import { exchanges } from './exchange.js';
import type { Loop } from './loop.js';
import { openConversations } from './open-conversations.js';
import { OpenLoop } from './open-loop.js';
import { Tally } from './tally.js';

let measure = (_ms: number): Promise<void> => Promise.resolve();

// What the load takes of the CPU, the server does not have.
warmUpSockets();

process.stdin.on('close', () => process.exit());
onJsonLine<LoadCommand>(process.stdin, (command) => {
  void (command.command === 'start' ? start(command.plan) : measure(command.ms));
});

async function start(plan: LoadPlan): Promise<void> {
  const tally = new Tally(plan.rate === undefined ? 'answer' : 'request');
  const loop = loopOf(plan, tally);
  const conversations = await openConversations(plan);
  if (plan.connection !== 'idle') loop.start(conversations);
  measure = async (ms) => {
    const cpuBefore = process.cpuUsage();
    tally.open(performance.now());
    await sleep(ms);
    tally.close(performance.now());
    const { user, system } = process.cpuUsage(cpuBefore);
    await loop.stop();
    writeJsonLine({ event: 'measured', ...tally.result(), cpuMs: (user + system) / 1_000 });
  };
  writeJsonLine({ event: 'running' });
}

function loopOf({ rate, request, timeoutMs }: LoadPlan, tally: Tally): Loop {
  const cycle = exchanges(request);
  return rate === undefined
    ? new ClosedLoop(tally, cycle, timeoutMs)
    : new OpenLoop(tally, cycle, { rate, timeoutMs });
}
