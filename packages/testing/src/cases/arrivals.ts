import { describe, expect } from '@jest/globals';
import { test } from '../case.js';
import { execFileSync, spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { connectTo, readAll } from '../clients/stream-client.js';
import { Gate } from '../gate.js';
import type { TestBed } from '../test-bed.js';
import { until } from '../until.js';

const CLIENTS = 8;

/** Clients that send before anybody has accepted them, make a file, and print how many had their answer. */
const EARLY_CLIENTS = `
import json, socket, sys
address, is_stream, count, path, marker = json.loads(sys.argv[1])
family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
kind = socket.SOCK_STREAM if is_stream else socket.SOCK_DGRAM
clients = []
for n in range(count):
    client = socket.socket(family, kind)
    client.settimeout(20)
    if family == socket.AF_UNIX and not is_stream: client.bind('%s.%d' % (path, n))
    client.connect(address if isinstance(address, str) else tuple(address))
    client.send(b'hello\\n')
    clients.append(client)
open(marker, 'w').close()
def answered(client):
    try: return client.recv(100).startswith(b'HELLO')
    except OSError: return False
print(sum(map(answered, clients)))
`;

/** What has arrived when a server is closed is served. */
export function arrivalCases(bed: TestBed): void {
  describe('close() serves what has arrived:', () => {
    if (bed.composition.concurrent) {
      test.each(['serves', 'is drained', 'is shut down'])(
        'clients that nobody has accepted yet, while it %s',
        async (how) => {
          await using served = await bed.serve(bed.handler('upper'));
          const { server } = served;
          const { serverAddress } = server;
          await bed.ask(server, 'warm up');
          if (how === 'is drained') await server.drain();
          if (how === 'is shut down') await server.shutdown();
          const marker = bed.freePath();
          const address =
            'path' in serverAddress ? serverAddress.path : [serverAddress.host, serverAddress.port];
          const options = [address, bed.isStream, CLIENTS, bed.freePath(), marker];
          const python = spawn('python3', ['-c', EARLY_CLIENTS, JSON.stringify(options)]);
          const printed = text(python.stdout);
          // Stands still meanwhile, so that all of them wait in the kernel.
          execFileSync('sh', ['-c', 'until [ -e "$0" ]; do sleep 0.01; done', marker], { timeout: 20_000 });
          if (!bed.acceptsInWorkers || how !== 'serves') expect(server.stats().accepted).toBe(1);
          await server.close();
          expect((await printed).trim()).toBe(String(CLIENTS));
          expect(server.stats()).toMatchObject({ accepted: 1 + CLIENTS, completed: 1 + CLIENTS });
        },
      );
    }
    if (!bed.isStream) return;

    test('lines that the handler has not read yet', async () => {
      const count = bed.composition.concurrent ? CLIENTS : 1;
      await using gate = await Gate.open();
      await using served = await bed.serve(bed.handler('late-reader'), { context: { gate: gate.port } });
      const { server } = served;
      const clients = await Promise.all(Array.from({ length: count }, () => connectTo(server.serverAddress)));
      for (const client of clients) client.write('hello\nyou\n');
      const visitors = [];
      for (const _ of clients) visitors.push(await gate.visitor());
      const { active } = server.stats();
      const closed = server.close();
      for (const visitor of visitors) visitor.letPass();
      const answers = await Promise.all(clients.map((client) => readAll(client)));
      expect(answers.map(String)).toEqual(clients.map(() => 'HELLO\nYOU\n'));
      expect(await closed).toEqual({ drained: active, cut: 0, killed: 0, abandoned: 0 });
      for (const client of clients) client.destroy();
    });

    test('what a client says within closeDelay, if it has said nothing before', async () => {
      await using gate = await Gate.open();
      await using served = await bed.serve(bed.handler('late-reader'), {
        context: { gate: gate.port },
        fields: { closeDelay: 20_000 },
      });
      const { server } = served;
      const client = await connectTo(server.serverAddress);
      const visitor = await gate.visitor();
      const closed = server.close({ graceMs: 20_000 });
      visitor.letPass();
      client.write('hello\n');
      expect(String(await readAll(client))).toBe('HELLO\n');
      expect(await closed).toEqual({ drained: 1, cut: 0, killed: 0, abandoned: 0 });
      client.destroy();
    });

    test('also by a loop that was busy until then', async () => {
      await using gate = await Gate.open();
      await using served = await bed.serve(bed.handler('late-reader'), {
        context: { gate: gate.port },
        fields: { closeDelay: 1 },
      });
      const client = await connectTo(served.server.serverAddress);
      const visitor = await gate.visitor();
      client.write('hello\n');
      const closed = served.server.close();
      visitor.letPass();
      const blockedUntil = performance.now() + 50;
      while (performance.now() < blockedUntil);
      expect(String(await readAll(client))).toBe('HELLO\n');
      expect(await closed).toMatchObject({ drained: 1 });
      client.destroy();
    });

    test('and a client that says nothing is not waited for any longer', async () => {
      await using served = await bed.serve(bed.handler('upper'), { fields: { closeDelay: 0 } });
      const { server } = served;
      const client = await connectTo(server.serverAddress);
      await until(() => server.stats().active === 1);
      // The default graceMs is the test's own time limit.
      expect(await server.close()).toEqual({ drained: 1, cut: 0, killed: 0, abandoned: 0 });
      client.destroy();
    });

    test('what is not read counts as cut', async () => {
      await using gate = await Gate.open();
      await using served = await bed.serve(bed.handler('gated'), { context: { gate: gate.port } });
      const { server } = served;
      const client = await connectTo(server.serverAddress);
      client.write('one\ntwo\n'); // the handler reads one line
      const visitor = await gate.visitor();
      const closed = server.close();
      visitor.letPass();
      expect(String(await readAll(client))).toBe('ONE\n');
      expect(await closed).toEqual({ drained: 0, cut: 1, killed: 0, abandoned: 0 });
      client.destroy();
    });
  });
}
