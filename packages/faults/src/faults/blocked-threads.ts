import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkerCounts } from '@socketserver/core/workers';
import type { Scene, StreamTarget } from '../run/scene.js';
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
        const before = await threads(scene, target);
        await scene.clients(
          { name: 'blocked', target, count: BLOCKED, atOnce: 1 },
          { do: 'send', text: `read ${fifo}\n` },
          { do: 'untilEnd' },
        );
        scene.injected += BLOCKED;
        const most = 3 * before.serving;
        const { serving, starting, draining } = await threads(scene, target);
        const present = serving + starting + draining;
        scene.expect(present <= most, `expected at most ${most} threads of ${target}, got ${present}`);
      });
      wakeReaders();
      await scene.atStreams(async (target) => {
        const isWell = async (): Promise<boolean> => {
          const { serving, draining } = await threads(scene, target);
          return serving > 0 && draining === 0;
        };
        await scene.until(isWell, `expected threads of ${target} that are woken up to be replaced`);
      });
    } finally {
      wakeReaders();
      rmSync(folder, { recursive: true });
    }
  },
};

async function threads({ server }: Scene, target: StreamTarget): Promise<WorkerCounts> {
  const { workers } = (await server.stats(target)).stats;
  if (workers === undefined) throw new Error(`Expected ${target} to be served by threads`);
  return workers;
}
