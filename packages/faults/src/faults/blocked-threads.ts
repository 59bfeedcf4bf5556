import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Fault } from './fault.js';

/** More than there are threads, and than are replaced: the servers have two. */
const BLOCKED = 8;

export const blockedThreads: Fault = {
  name: 'blocked-threads',
  title: 'Threads inside a system call that blocks, which nothing can end',
  engines: ['threading'],
  needs: 'stuckTimeout',
  inject: async (scene) => {
    const folder = mkdtempSync(join(tmpdir(), 'faults-'));
    const fifo = join(folder, 'fifo');
    execFileSync('mkfifo', [fifo]);
    const wakeReaders = (): void => closeSync(openSync(fifo, 'r+'));
    try {
      await scene.atStreams(async (target) => {
        const { workers } = (await scene.server.stats(target)).stats as unknown as Pooled;
        const before = count(workers);
        await scene.clients(
          { name: 'blocked', target, count: BLOCKED, atOnce: 1 },
          { do: 'send', text: `read ${fifo}\n` },
          { do: 'untilEnd' },
        );
        scene.injected += BLOCKED;
        const { workers: present } = (await scene.server.stats(target)).stats as unknown as Pooled;
        scene.expect(
          count(present) <= 3 * before,
          `expected no more than ${3 * before} threads of ${target} beside blocked ones, got ${count(present)}`,
        );
      });
      wakeReaders();
      await scene.atStreams(async (target) => {
        const isWell = async (): Promise<boolean> => {
          const { workers } = (await scene.server.stats(target)).stats as unknown as Pooled;
          return workers.serving > 0 && workers.draining === 0;
        };
        await scene.until(isWell, `expected threads of ${target} that are woken up to be replaced`);
      });
    } finally {
      wakeReaders();
      rmSync(folder, { recursive: true });
    }
  },
};

interface Pooled {
  readonly workers: Readonly<Record<'serving' | 'starting' | 'draining', number>>;
}

function count({ serving, starting, draining }: Pooled['workers']): number {
  return serving + starting + draining;
}
