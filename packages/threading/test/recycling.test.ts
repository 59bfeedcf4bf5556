import { afterAll, expect, test } from '@jest/globals';
import { askStream, until, type RecordingServer } from '@socketserver/testing';
import { tcpBed, threadsOf } from './support/beds.js';
import { Client } from './support/clients.js';
import { fixture } from './support/program.js';

const COMMANDS = fixture('commands.mjs');
const bed = tcpBed({ maxThreads: 1, maxRequestsPerThread: 2 });

afterAll(() => bed[Symbol.asyncDispose]());

const thread = ({ serverAddress }: RecordingServer): Promise<string> => askStream(serverAddress, 'thread\n');

test('there are never more than twice `maxThreads`: a thread that is due serves on while another one drains', async () => {
  await using served = await bed.serve(COMMANDS);
  const { server } = served;
  const client = await Client.connect(server.serverAddress, 'forever');
  await client.heard('waiting');
  const first = await thread(server);
  await until(() => threadsOf(server).workers.draining === 1);
  expect(threadsOf(server).workers.serving).toBe(1);
  expect(await thread(server)).not.toBe(first);
  expect(client.socket.closed).toBe(false);
  // The new one serves on, though it is due.
  for (let request = 0; request < 10; request++) await thread(server);
  expect(threadsOf(server)).toMatchObject({ workers: { serving: 1, draining: 1 } });
  await until(() => server.stats().active === 1);
  expect(await server.close({ graceMs: 0 })).toEqual({ drained: 0, cut: 0, killed: 1, abandoned: 0 });
  await client.ended;
});
