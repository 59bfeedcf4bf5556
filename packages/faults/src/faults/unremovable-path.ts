import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { UnixServerAddress } from '@socketserver/core';
import { bystanders } from './bystanders.js';
import type { Fault } from './fault.js';

export const unremovablePath: Fault = {
  name: 'unremovable-path',
  title: 'A server whose socket file cannot be removed when it closes',
  closesListener: true,
  inject: async (scene) => {
    const target = 'unix';
    const { server } = scene;
    const directory = dirname((server.addresses[target] as UnixServerAddress).path);
    const told = async (): Promise<number> => (await server.stats(target)).serverErrors['ENOTDIR'] ?? 0;
    const before = await told();
    const clients = bystanders(scene, target);
    await scene.pause(100);
    const away = `${directory}-away`;
    renameSync(directory, away);
    writeFileSync(directory, '');
    try {
      await server.call(target, 'close');
    } finally {
      rmSync(directory);
      renameSync(away, directory);
    }
    scene.injected++;
    await clients;
    await server.restart(target, { graceMs: 1_000 });
    scene.expect(
      (await told()) === before + 1,
      'expected the end to tell once that the path cannot be removed',
    );
  },
};
