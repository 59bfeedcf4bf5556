import type { ServerMessage, ServerPlan } from '../protocol.js';
import type { Strategy } from '../strategies/index.js';
import type { Workload } from '../workloads/index.js';
import { Child } from './child.js';
import type { TrialOptions } from './trial.js';

export interface ServerProcessOptions {
  readonly strategy: Strategy;
  readonly plan: ServerPlan;
  readonly kind: Workload['kind'];
  readonly options: Pick<TrialOptions, 'node' | 'profileTo' | 'signal'>;
}

/** A server in a process of its own. */
export type ServerProcess = Child<ServerMessage>;

/**
 * V8's young generation grows up to 32 MB with how much is allocated while connections come in, and stays: a cost
 * of the process, which would be counted as one of each connection.
 */
const FIXED_YOUNG_GENERATION = '--max-semi-space-size=1';

export function startServer({ strategy, plan, kind, options }: ServerProcessOptions): ServerProcess {
  const { node, profileTo, signal } = options;
  const args = [...strategy.args, JSON.stringify(plan)];
  const title = `the server '${strategy.name}'`;
  if (strategy.runtime === 'python3') return new Child(title, { program: 'python3', args }, signal);
  const flags = ['--expose-gc'];
  if (kind === 'idle') flags.push(FIXED_YOUNG_GENERATION);
  if (profileTo !== undefined) flags.push('--cpu-prof', `--cpu-prof-dir=${profileTo}`);
  return new Child(title, { program: node, args: [...flags, ...args] }, signal);
}

/** A server that did not come to listen. */
export class NeverListened extends Error {
  override readonly name = 'NeverListened';
}

/** @throws {NeverListened} with what the server said on stderr */
export async function listening(
  server: ServerProcess,
): Promise<Extract<ServerMessage, { event: 'listening' }>> {
  try {
    return await server.hear('listening');
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') throw error;
    throw new NeverListened(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
