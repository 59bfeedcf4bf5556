import type { Engine } from '../protocol.js';
import type { Scene } from '../run/scene.js';

/** Something that goes wrong, or somebody who does wrong. */
export interface Fault {
  readonly name: string;
  /** What is done, in a few words. */
  readonly title: string;
  /** Where it can be made. @default every engine */
  readonly engines?: readonly Engine[];
  /** The member that a server needs for it. */
  readonly needs?: string;
  /** Whether it may end connections that the server has not taken: it closes the listening socket. */
  readonly closesListener?: boolean;
  /** Makes it, and waits until it is over. */
  inject(scene: Scene): Promise<void>;
}

/** The engines whose workers can die without the server. */
export const WITH_WORKERS: readonly Engine[] = ['threading', 'forking'];
