import { Program } from '../processes/program.js';
import type { BoundAddress } from '@socketserver/core';
import type { ClientCommand, Clients, Steady, Tallies, Tally, Target } from '../protocol.js';

/** How long any clients may take in all. */
const RUN_MS = 300_000;

/** A client program, from outside. */
export class ClientHandle implements AsyncDisposable {
  readonly program: Program<ClientCommand>;

  constructor(name: string) {
    this.program = new Program<ClientCommand>(name, new URL('../clients/main.js', import.meta.url));
  }

  async meet(addresses: Readonly<Record<Target, BoundAddress>>): Promise<void> {
    await this.program.ask({ type: 'addresses', addresses });
  }

  async run(clients: Clients): Promise<Tally> {
    return (await this.program.ask({ type: 'run', clients }, RUN_MS)) as Tally;
  }

  async startSteady(clients: Steady): Promise<void> {
    await this.program.ask({ type: 'steady', clients });
  }

  async stopSteady(): Promise<void> {
    await this.program.ask({ type: 'stop' }, RUN_MS);
  }

  async tallies(): Promise<Tallies> {
    return (await this.program.ask({ type: 'tally' })) as Tallies;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.program[Symbol.asyncDispose]();
  }
}
