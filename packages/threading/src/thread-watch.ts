import type { Pulse } from './pulse.js';

interface Watched {
  readonly pulse: Pulse;
  readonly limitMs: number;
  /** Told once, with the milliseconds for which nothing was seen of it. */
  readonly onStuck: (ms: number) => void;
  beats: number;
  seenAt: number;
}

export interface ThreadWatchOptions {
  /** Milliseconds between two beats, and between two looks at them. */
  beatMs: number;
  /** Called at every look. */
  onLook: () => void;
}

/** Looks at the pulse of every thread, and says which one has none any more. */
export class ThreadWatch {
  readonly #options: ThreadWatchOptions;
  readonly #watched = new Set<Watched>();
  #timer: NodeJS.Timeout | undefined;
  #lookedAt = 0;

  constructor(options: ThreadWatchOptions) {
    this.#options = options;
  }

  /**
   * @param limitMs - milliseconds without a beat, after which a thread is stuck; 0: never
   * @returns ends the watch of this one
   */
  add(pulse: Pulse, limitMs: number, onStuck: (ms: number) => void): () => void {
    const watched: Watched = { pulse, limitMs, onStuck, beats: pulse.beats, seenAt: performance.now() };
    this.#watched.add(watched);
    this.#start();
    return () => {
      this.#watched.delete(watched);
      if (this.#watched.size === 0) this.#stop();
    };
  }

  #start(): void {
    const { beatMs } = this.#options;
    if (this.#timer !== undefined || beatMs === Infinity) return;
    this.#lookedAt = performance.now();
    this.#timer = setInterval(() => this.#look(), beatMs).unref();
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    const { beatMs, onLook } = this.#options;
    const now = performance.now();
    // Whoever looks so late has been held up as well (SIGSTOP, a sleeping laptop, a busy main thread): start again.
    const wasHeldUp = now - this.#lookedAt > 2 * beatMs;
    this.#lookedAt = now;
    for (const watched of this.#watched) {
      const { pulse, limitMs } = watched;
      const { beats } = pulse;
      if (beats !== watched.beats || beats === 0 || wasHeldUp) {
        watched.beats = beats;
        watched.seenAt = now;
      } else if (limitMs > 0 && now - watched.seenAt >= limitMs + beatMs) {
        // The last beat may have been the end of a turn that began a whole period before.
        this.#watched.delete(watched);
        watched.onStuck(now - watched.seenAt);
      }
    }
    onLook();
  }
}
