import { dirname, join } from 'node:path';
import type { UnixServerAddress } from '@socketserver/core';
import { UnixDatagramClient } from '../clients/unix-datagram-client.js';
import type { Fault } from './fault.js';

/** More answers than a client's queue holds (net.unix.max_dgram_qlen). */
const UNREAD = 100;
const TURNS = 20;

export const silentReceiver: Fault = {
  name: 'silent-receiver',
  title: 'A client of Unix datagrams that asks and does not read, beside one that does',
  inject: async (scene) => {
    const path = await scene.server.startDatagrams();
    const directory = dirname((scene.server.addresses.unix as UnixServerAddress).path);
    const name = (client: string): string => join(directory, `${client}-${scene.random.integer(0, 1e9)}`);
    using silent = new UnixDatagramClient(name('silent'), path);
    using other = new UnixDatagramClient(name('other'), path);
    const flood = (async () => {
      for (let sent = 0; sent < UNREAD; sent++) await silent.send('echo unread\n');
    })();
    for (let turn = 0; turn < TURNS; turn++) {
      await other.send(`echo ${turn}\n`);
      const answer = await other.receive(scene.hungAfterMs);
      scene.expect(answer === `${turn}\n`, `expected ${turn} beside a silent client, got ${answer}`);
    }
    await flood;
    scene.injected += UNREAD;
    const isGivenUp = async (): Promise<boolean> => (await scene.server.datagrams()).stats.unsent > 0;
    await scene.until(isGivenUp, 'expected answers to a silent client to be dropped and counted');
    const { total, wrong } = await scene.server.endDatagrams();
    const asked = UNREAD + TURNS;
    scene.expect(
      total.accepted === asked,
      `expected ${asked} datagrams to be counted, got ${total.accepted}`,
    );
    for (const text of wrong) scene.expect(false, `the books of the datagrams: ${text}`);
  },
};
