import { describe, expect } from '@jest/globals';
import { test } from '../case.js';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { BoundAddress } from '@socketserver/core';
import { isUnix, moduleOf, type AnyServer } from '../composition.js';
import type { ClusterOrder, Listening } from '../processes/clustered.js';
import type { TestBed } from '../test-bed.js';

/** More than run at once, so that the servers pause and go on many times. */
const CLIENTS = 24;

/** Servers in the workers of node:cluster, under both ways in which that spreads connections. */
export function clusterCases(bed: TestBed): void {
  const { kind } = bed.composition;
  const policies = kind === 'tcp' ? (['round-robin', 'none'] as const) : (['none'] as const);

  describe.each(policies)('in two workers of node:cluster (%s)', (policy) => {
    test('answers every client, and ends', async () => {
      await using program = new ClusterProgram(bed, policy, { maxConnections: 2, overload: 'pause' });
      const [first, second] = await program.listening;
      if (bed.acceptsInWorkers) {
        const refused = { code: 'ERR_SOCKETSERVER_UNSUPPORTED' };
        expect([first, second]).toMatchObject([refused, refused]);
        expect(await program.end()).toEqual({ exits: [0, 0], stderr: '' });
        return;
      }
      const address = (first as { address: BoundAddress }).address;
      if (isUnix(kind)) {
        // Each worker has what it binds to itself.
        expect(second).toMatchObject({ code: 'EADDRINUSE' });
      } else {
        expect(second).toEqual({ address });
      }
      const names = Array.from({ length: CLIENTS }, (_, index) => `client ${index}`);
      const serverAddress = address;
      const inTurn: string[] = [];
      for (const name of names.slice(0, 4)) inTurn.push(await bed.ask({ serverAddress }, name));
      const atOnce = await Promise.all(names.slice(4).map((name) => bed.ask({ serverAddress }, name)));
      expect([...inTurn, ...atOnce]).toEqual(names.map((name) => name.toUpperCase()));
      expect(await program.end()).toEqual({ exits: [0, 0], stderr: '' });
    });
  });
}

class ClusterProgram implements AsyncDisposable {
  readonly listening: Promise<[Listening, Listening]>;
  readonly #process: ChildProcess;
  readonly #closed: Promise<unknown>;
  #stderr = '';

  constructor(bed: TestBed, policy: ClusterOrder['policy'], fields: Partial<AnyServer>) {
    const { Server, acceptIn } = bed.composition;
    const order: ClusterOrder = {
      policy,
      module: moduleOf(bed.composition),
      name: Server.name,
      address: bed.freeAddress(),
      fields: { ...fields, ...(acceptIn === undefined ? {} : { acceptIn }) },
      handler: bed.handler('upper').href,
    };
    // The flags that Jest needs are none of the program's business.
    const { NODE_OPTIONS: _, ...env } = process.env;
    const program = fileURLToPath(new URL('../processes/clustered.js', import.meta.url));
    this.#process = spawn(process.execPath, [program, JSON.stringify(order)], {
      env,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#process.stderr?.on('data', (chunk) => (this.#stderr += String(chunk)));
    this.#closed = once(this.#process, 'close');
    this.listening = this.#message() as Promise<[Listening, Listening]>;
  }

  async end(): Promise<{ exits: unknown; stderr: string }> {
    const exits = this.#message();
    this.#process.send('end');
    const result = await exits;
    await this.#closed;
    return { exits: result, stderr: this.#stderr };
  }

  async #message(): Promise<unknown> {
    const ended = this.#closed.then(() => {
      throw new Error(`Expected a message of the cluster, got its end: ${this.#stderr}`);
    });
    const [message] = (await Promise.race([once(this.#process, 'message'), ended])) as unknown[];
    return message;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill('SIGKILL'); // its workers see their channel end, and follow
    await this.#closed;
  }
}
