import { expect } from '@jest/globals';
import { test } from '../case.js';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { BoundAddress } from '@socketserver/core';
import { moduleOf } from '../composition.js';
import type { Closed, DroppingOrder } from '../processes/dropping-rights.js';
import type { TestBed } from '../test-bed.js';

const NOBODY = 65_534;

/** Servers whose process has become another user since it listened: its socket file, its children are not its own any more. */
export function droppedRightsCases(bed: TestBed): void {
  const testAsRoot = process.getuid?.() === 0 ? test : test.skip;

  testAsRoot(
    'close() after setuid(): every step is done, what failed is told once, the process ends',
    async () => {
      const { composition } = bed;
      const order: DroppingOrder = {
        module: moduleOf(composition),
        name: composition.Server.name,
        fields: composition.acceptIn === undefined ? {} : { acceptIn: composition.acceptIn },
        address: bed.freeAddress(),
        handler: bed.handler('upper').href,
        user: NOBODY,
      };
      // The flags that Jest needs are none of the program's business.
      const { NODE_OPTIONS: _, ...env } = process.env;
      const file = fileURLToPath(new URL('../processes/dropping-rights.js', import.meta.url));
      const program = spawn(process.execPath, [file, JSON.stringify(order)], {
        env,
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
      try {
        const ended = once(program, 'close');
        const [serverAddress] = (await once(program, 'message')) as [BoundAddress];
        expect(await bed.ask({ serverAddress }, 'hello')).toBe('HELLO');
        const told = once(program, 'message');
        program.send('end');
        const [closed] = (await told) as [Closed];
        expect(closed).toMatchObject({
          report: { killed: 0, abandoned: 0 },
          state: 'closed',
          codes: bed.isUnix ? ['EACCES'] : [],
        });
        expect(await ended).toEqual([0, null]);
      } finally {
        program.kill('SIGKILL');
      }
    },
  );
}
