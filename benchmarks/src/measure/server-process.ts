import type { ServerMessage, ServerPlan } from '../protocol.js';
import type { Strategy } from '../strategies/index.js';
import { Child } from './child.js';

export interface ServerProcessOptions {
  readonly strategy: Strategy;
  readonly plan: ServerPlan;
  /** The binary of Node to run it with. */
  readonly node: string;
  /** More flags for Node. */
  readonly flags?: readonly string[];
  /** Where to write a CPU profile. */
  readonly profileTo?: string | undefined;
}

/** A server in a process of its own. */
export type ServerProcess = Child<ServerMessage>;

export function startServer({
  strategy,
  plan,
  node,
  flags: more = [],
  profileTo,
}: ServerProcessOptions): ServerProcess {
  const flags = ['--expose-gc', ...more];
  if (profileTo !== undefined) flags.push('--cpu-prof', `--cpu-prof-dir=${profileTo}`);
  return new Child<ServerMessage>(`the server '${strategy.name}'`, {
    program: node,
    args: [...flags, strategy.program, JSON.stringify(plan)],
  });
}
