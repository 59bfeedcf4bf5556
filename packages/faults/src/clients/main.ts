// The program that plays the clients. It does what it is told, and counts what became of each client.
import type { BoundAddress, BoundInetAddress } from '@socketserver/core';
import { answering } from '../processes/answering.js';
import type { ClientCommand, Clients, Steady, Step, Tallies, Tally, Target } from '../protocol.js';
import { Conversation } from './conversation.js';
import { exchangeDatagram } from './datagram-exchange.js';
import { emptyTally, sumOf } from './tally.js';

/** How long a datagram's answer is waited for. */
const DATAGRAM_MS = 1_000;

let addresses: Readonly<Record<Target, BoundAddress>> | undefined;
let isStopping = false;
let running: Promise<unknown>[] = [];
const crowds: Crowd[] = [];
/** How many clients are connected now. */
const connected: Record<Target, number> = { tcp: 0, unix: 0, udp: 0 };

answering<ClientCommand>((command) => {
  switch (command.type) {
    case 'addresses':
      addresses = command.addresses;
      return undefined;
    case 'run':
      return run(command.clients);
    case 'steady':
      startSteady(command.clients);
      return undefined;
    case 'stop':
      return stop();
    case 'tally':
      return talliesSoFar();
  }
});

/** Runs clients to their end. @returns what became of them */
async function run({ count, atOnce, ...client }: Clients): Promise<Tally> {
  const crowd = new Crowd(client);
  let left = count;
  const places = Array.from({ length: Math.min(atOnce, count) }, async () => {
    while (left-- > 0) await crowd.one(client.steps);
  });
  await Promise.all(places);
  return crowd.tally;
}

function startSteady({ atOnce, paceMs, ...client }: Steady): void {
  const crowd = new Crowd(client);
  const places = Array.from({ length: atOnce }, async (_, place) => {
    for (let turn = 0; !isStopping; turn++) {
      const token = `${place}-${turn}`;
      await crowd.one(client.steps.map((step) => withToken(step, token)));
      await new Promise((resolve) => setTimeout(resolve, paceMs));
    }
  });
  running.push(Promise.all(places));
}

/** Those who still come are counted as far as they have got. */
function talliesSoFar(): Tallies {
  const of = (target: Target): Tally =>
    sumOf(crowds.filter((crowd) => crowd.target === target).map(({ tally }) => tally));
  return { tcp: of('tcp'), unix: of('unix'), udp: of('udp') };
}

async function stop(): Promise<void> {
  isStopping = true;
  await Promise.all(running);
  running = [];
  isStopping = false;
}

/** So that the answer to another client's question is noticed. */
function withToken(step: Step, token: string): Step {
  if (step.do === 'send') return { ...step, text: step.text.replaceAll('TOKEN', token) };
  if (step.do === 'readLine') return { ...step, expect: step.expect.replaceAll('TOKEN', token) };
  return step;
}

/** Clients that are counted together. */
class Crowd {
  readonly tally = emptyTally();
  readonly #client: Omit<Clients, 'count' | 'atOnce'>;

  constructor(client: Omit<Clients, 'count' | 'atOnce'>) {
    this.#client = client;
    crowds.push(this);
  }

  get target(): Target {
    return this.#client.target;
  }

  async one(steps: readonly Step[]): Promise<void> {
    const { name, target, hungAfterMs } = this.#client;
    const address = addresses?.[target];
    if (address === undefined) throw new Error('Expected the addresses first, got clients');
    if (target === 'udp') {
      const [send, read] = steps;
      if (send?.do !== 'send') throw new Error('Expected datagrams to begin with `send`');
      const expect = read?.do === 'readLine' ? `${read.expect}\n` : null;
      const times = { waitMs: DATAGRAM_MS, keepMs: hungAfterMs };
      const exchange = { name, address: address as BoundInetAddress, text: send.text, expect, ...times };
      await exchangeDatagram(exchange, this.tally);
      return;
    }
    let isConnected = false;
    await new Conversation({ name, address, steps, hungAfterMs }).run(this.tally, () => {
      isConnected = true;
      connected[target]++;
      this.tally.mostAtOnce = Math.max(this.tally.mostAtOnce, connected[target]);
    });
    if (isConnected) connected[target]--;
  }
}
