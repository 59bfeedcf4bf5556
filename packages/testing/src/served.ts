import { expect } from '@jest/globals';
import { acceptsInWorkers, type Composition } from './composition.js';
import type { RecordingServer } from './recording-server.js';

/** How long a test's last requests may take to end by themselves. */
const GRACE_MS = 2_000;

/** A server that serves in the background. Disposing of it closes it, and looks at what holds for every server. */
export class Served implements AsyncDisposable {
  /** Settles as `serveForever()` does. */
  readonly loop: Promise<void>;

  readonly #seesHooks: boolean;

  constructor(
    readonly server: RecordingServer,
    composition: Composition,
  ) {
    this.#seesHooks = !acceptsInWorkers(composition);
    this.loop = server.serveForever();
    // A failure is thrown by the disposal, or where the test awaits it.
    this.loop.catch(() => {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { server } = this;
    await server.close({ graceMs: GRACE_MS });
    await this.loop;
    expect(server.wrongStats).toEqual([]);
    for (const hooks of this.#seesHooks ? server.hooksByRequest() : []) {
      expect(hooks.filter((hook) => hook === 'shutdown').length).toBeLessThanOrEqual(1);
    }
  }
}
