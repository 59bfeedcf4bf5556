import { spawnSync } from 'node:child_process';
import { Program } from '../processes/program.js';
import type {
  AllStats,
  Engine,
  Printed,
  Restart,
  ServerCommand,
  Started,
  Target,
  TargetStats,
} from '../protocol.js';

/** What a server may take to end or to load its handler anew. */
const LONG_MS = 60_000;
/**
 * The C library gives memory back as mallopt(3) says it does by default, from 128 KiB at the top of an arena on. Left to
 * itself it raises that to up to 64 MiB when large blocks are freed, in the arena of every thread, and what is kept
 * there would hide a leak.
 */
const SERVER_ENV = { MALLOC_TRIM_THRESHOLD_: String(128 * 1_024) };

/** The server program, from outside. */
export class ServerHandle implements AsyncDisposable {
  readonly program: Program<ServerCommand>;
  readonly #limit: string;
  #started: Started | undefined;

  constructor(module: URL) {
    this.program = new Program('the server program', module, SERVER_ENV);
    this.#limit = prlimit(this.pid, '--nofile', '--noheadings', '--output=SOFT').trim();
  }

  get pid(): number {
    return this.program.pid;
  }

  get addresses(): Started['addresses'] {
    return this.#known.addresses;
  }

  /** Whether the servers have a field or a method of this name. */
  has(member: string): boolean {
    return this.#known.members.includes(member);
  }

  async start(engine: Engine, directory: string): Promise<void> {
    this.#started = (await this.program.ask({ type: 'start', engine, directory })) as Started;
  }

  async allStats(): Promise<AllStats> {
    return (await this.program.ask({ type: 'stats' })) as AllStats;
  }

  async stats(target: Target): Promise<TargetStats> {
    return (await this.allStats())[target];
  }

  async tune(target: Target, fields: Readonly<Record<string, unknown>>): Promise<void> {
    await this.program.ask({ type: 'tune', target, fields });
  }

  call(target: Target, method: string): Promise<unknown> {
    return this.program.ask({ type: 'call', target, method }, LONG_MS);
  }

  async restart(target: Target, restart: Restart): Promise<void> {
    await this.program.ask({ type: 'restart', target, ...restart }, restart.graceMs + LONG_MS);
  }

  async moveClock(offsetMs: number): Promise<void> {
    await this.program.ask({ type: 'clock', offsetMs });
  }

  /** @returns the path of a server of Unix datagrams, which is there until `endDatagrams()` */
  async startDatagrams(): Promise<string> {
    return (await this.program.ask({ type: 'startDatagrams' }, LONG_MS)) as string;
  }

  async datagrams(): Promise<TargetStats> {
    return (await this.program.ask({ type: 'datagrams' })) as TargetStats;
  }

  async endDatagrams(): Promise<TargetStats> {
    return (await this.program.ask({ type: 'endDatagrams' }, LONG_MS)) as TargetStats;
  }

  async printed(): Promise<Printed> {
    return (await this.program.ask({ type: 'printed' })) as Printed;
  }

  async heapBytes(): Promise<number> {
    return (await this.program.ask({ type: 'heap' })) as number;
  }

  /** How many descriptors the server's own process may have; null: as many as at the start (prlimit(1)). */
  limitDescriptors(count: number | null): void {
    prlimit(this.pid, `--nofile=${count ?? this.#limit}:`);
  }

  async end(): Promise<void> {
    await this.program.ask({ type: 'end' }, LONG_MS);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.program[Symbol.asyncDispose]();
  }

  get #known(): Started {
    if (this.#started === undefined) throw new Error('Expected the server program to have started');
    return this.#started;
  }
}

function prlimit(pid: number, ...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync('prlimit', ['--pid', String(pid), ...args], {
    encoding: 'utf8',
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`Expected prlimit to work, got: ${stderr}`);
  return stdout;
}
