import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { BoundAddress } from '@socketserver/core';
import { AnyServer, isStream } from './support/any-server.js';
import { fixture, pathOf, startPython } from './support/child.js';
import { ask, askByDatagram } from './support/clients.js';
import { TemporaryDirectory } from './support/servers.js';

/** How each starts a program. `npm run test:runtimes` gets both. */
const RUNTIMES = { bun: ['bun'], deno: ['deno', 'run', '-A'] };

const SERVERS = ['', 'Async', 'Threading', 'Forking'].flatMap((engine) =>
  ['TCPServer', 'UDPServer', 'UnixStreamServer', 'UnixDatagramServer'].map((server) => engine + server),
);

const REFUSED = {
  bun: ['ThreadingTCPServer', 'ThreadingUnixStreamServer'],
  deno: ['ThreadingTCPServer', 'ThreadingUnixStreamServer', 'ForkingTCPServer'],
};

const CLIENTS = 40;

const DATAGRAM_CLIENT = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[2])
s.settimeout(20)
s.sendto(b'hello', sys.argv[1])
sys.exit(0 if s.recv(100) == b'HELLO' else 1)
`;

for (const runtime of ['bun', 'deno'] as const) {
  const isThere = isInPath(runtime);
  if (!isThere) {
    console.warn(`${runtime} is not in the PATH, so nothing is tested under it: npm run test:runtimes`);
  }
  const describeThere = isThere ? describe : describe.skip;

  describeThere(runtime, () => {
    const refused = REFUSED[runtime];
    const served = SERVERS.filter((name) => !refused.includes(name));

    test.each(served)('%s answers many at once, and closes', async (name) => {
      using directory = new TemporaryDirectory();
      await using program = start(runtime, name, directory);
      const { address, message } = await program.outcome();
      if (address === undefined) throw new Error(message);
      expect(await answers(name, address, directory)).toBe(true);
      expect(await program.end()).toMatchObject({ code: 0, stdout: expect.stringContaining('closed') });
    });

    test.each(refused)('%s is refused by listen()', async (name) => {
      using directory = new TemporaryDirectory();
      await using program = start(runtime, name, directory);
      expect(await program.outcome()).toMatchObject({
        code: 'ERR_SOCKETSERVER_UNSUPPORTED',
        message: expect.stringMatching(new RegExp(`got ${runtime} .*use .*AsyncMixIn`, 'i')),
      });
      expect(await program.end()).toMatchObject({ code: 0 });
    });
  });
}

function start(runtime: keyof typeof RUNTIMES, name: string, directory: TemporaryDirectory): AnyServer {
  return new AnyServer([...RUNTIMES[runtime], pathOf(fixture('any-server.mjs'))], name, directory);
}

async function answers(name: string, address: BoundAddress, directory: TemporaryDirectory): Promise<boolean> {
  if (isStream(name)) {
    const all = await Promise.all(Array.from({ length: CLIENTS }, () => ask(address, 'hello\n')));
    return all.every((answer) => answer === 'HELLO\n');
  }
  if (!('path' in address)) return String(await askByDatagram(address, 'hello')) === 'HELLO';
  await using python = startPython(DATAGRAM_CLIENT, [address.path, directory.join('client')]);
  return (await python.exit).code === 0;
}

function isInPath(command: string): boolean {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.some((folder) => folder !== '' && existsSync(join(folder, command)));
}
