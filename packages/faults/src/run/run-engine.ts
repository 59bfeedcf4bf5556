import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sumOf, sumOfTallies } from '../clients/tally.js';
import { ECHO } from '../faults/bystanders.js';
import type { Fault } from '../faults/fault.js';
import type { Random } from '../random.js';
import type { Engine } from '../protocol.js';
import { ClientHandle } from './client-handle.js';
import type { EngineResult, FaultResult } from './result.js';
import { runFault } from './run-fault.js';
import { STREAMS, type SceneOptions } from './scene.js';
import { ServerHandle } from './server-handle.js';
import { STEADY_LOAD } from './steady-load.js';
import { idleUsage, usageAfter } from './usage.js';
import { judge } from './verdict.js';

export interface EngineRun {
  readonly engine: Engine;
  readonly faults: readonly Fault[];
  readonly random: Random;
  /** How long faults go on; each of them is made once, however long that takes. */
  readonly seconds: number;
  readonly isSoak: boolean;
  /** The program that serves. */
  readonly program?: URL;
  /** How long a client waits for the server to do something. @default 20 s */
  readonly hungAfterMs?: number;
  readonly onFault?: (result: FaultResult) => void;
}

const SERVER_PROGRAM = new URL('../server/main.js', import.meta.url);
/** Beyond the fault: all that stops a server here is over before. */
const HUNG_AFTER_MS = 20_000;
const WARM_UP_CLIENTS = 300;

/**
 * Serves with one engine, under load and faults, and judges what came of it.
 * @throws when the server's own process ends, or answers nothing any more
 */
export async function runEngine(run: EngineRun): Promise<EngineResult> {
  const directory = mkdtempSync(join(tmpdir(), 'faults-'));
  try {
    await using server = new ServerHandle(run.program ?? SERVER_PROGRAM);
    await using steady = new ClientHandle('the clients of the steady load');
    await using clients = new ClientHandle('the clients of the faults');
    await server.start(run.engine, directory);
    await steady.meet(server.addresses);
    await clients.meet(server.addresses);
    return await measure(run, { server, steady, clients });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

interface Programs {
  readonly server: ServerHandle;
  readonly steady: ClientHandle;
  readonly clients: ClientHandle;
}

async function measure(run: EngineRun, { server, steady, clients }: Programs): Promise<EngineResult> {
  const { engine, random, isSoak, hungAfterMs = HUNG_AFTER_MS } = run;
  await warmUp(clients, hungAfterMs);
  const before = await idleUsage({ server, clients }, hungAfterMs);

  const begin = performance.now();
  for (const load of STEADY_LOAD) await steady.startSteady({ ...load, hungAfterMs });
  const results = await makeFaults(run, { engine, random, isSoak, hungAfterMs, server, clients, steady });
  await steady.stopSteady();
  const seconds = (performance.now() - begin) / 1_000;

  const after = await usageAfter({ server, clients }, { before, settleMs: hungAfterMs });
  await server.end();
  const stats = await server.allStats();
  const steadyTallies = await steady.tallies();
  const answered = sumOf(Object.values(steadyTallies)).answered;
  const evidence = {
    engine,
    seconds,
    faults: results,
    steady: steadyTallies,
    requestsPerSecond: answered / seconds,
    clients: sumOfTallies([steadyTallies, await clients.tallies()]),
    before,
    after,
    stats,
  };
  return { ...evidence, broken: judge(evidence) };
}

/** Code is compiled, pools are filled: what is there from the first requests on is no leak. */
async function warmUp(clients: ClientHandle, hungAfterMs: number): Promise<void> {
  const plan = {
    name: 'warm-up',
    count: WARM_UP_CLIENTS,
    atOnce: 20,
    hungAfterMs,
    steps: ECHO,
  };
  await Promise.all(STREAMS.map((target) => clients.run({ ...plan, target })));
  await clients.run({ ...plan, target: 'udp', steps: ECHO.slice(0, 2) });
}

/** Each fault once, in an order of chance, and then any of them until the time is over. */
async function makeFaults(run: EngineRun, options: SceneOptions): Promise<FaultResult[]> {
  const { faults, random, seconds, onFault } = run;
  const end = performance.now() + seconds * 1_000;
  const results = new Map<string, FaultResult>();
  const make = async (fault: Fault): Promise<FaultResult> => {
    const result = await runFault(fault, options);
    // There is nothing left to judge; this throws why.
    if (options.server.program.isOver) await options.server.allStats();
    onFault?.(result);
    results.set(fault.name, together(results.get(fault.name), result));
    return result;
  };
  const possible: Fault[] = [];
  for (const fault of random.shuffled(faults)) {
    const { status } = await make(fault);
    if (status === 'held' || status === 'broken') possible.push(fault);
  }
  while (possible.length > 0 && performance.now() < end) {
    await make(random.pick(possible));
  }
  return faults.map(({ name }) => results.get(name)).filter((result) => result !== undefined);
}

function together(earlier: FaultResult | undefined, later: FaultResult): FaultResult {
  if (earlier === undefined) return later;
  const broken = [...earlier.broken, ...later.broken];
  return {
    ...later,
    status: broken.length === 0 ? later.status : 'broken',
    injected: earlier.injected + later.injected,
    untaken: earlier.untaken + later.untaken,
    seconds: earlier.seconds + later.seconds,
    tally: sumOf([earlier.tally, later.tally]),
    broken,
  };
}
