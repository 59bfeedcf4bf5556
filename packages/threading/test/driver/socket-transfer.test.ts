import { afterAll, describe, expect, test } from '@jest/globals';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { BoundInetAddress } from '@socketserver/core';
import { askStream, askUdp, connectTo, readAll, until, type TestBed } from '@socketserver/testing';
import { tcpBed, threadsOf, udpBed, unixBed } from '../support/beds.js';
import { Client } from '../support/clients.js';
import { canTransfer, fixture, packageFile, run, WITHOUT_KOFFI } from '../support/program.js';

const COMMANDS = fixture('commands.mjs');
const tcp = tcpBed();
const unix = unixBed();
const udp = udpBed();
const streams = [tcp, unix].map((bed) => [bed.composition.name, bed] as const);

const transferred = { handOver: 'transfer' };
const missing = {
  code: 'ERR_SOCKETSERVER_NATIVE_MISSING',
  message: expect.stringContaining('npm install koffi'),
};

afterAll(async () => {
  for (const bed of [tcp, unix, udp]) await bed[Symbol.asyncDispose]();
});

describe('the hand-over', () => {
  test.each([
    ['TCP', tcp, 'dup'],
    ['Unix streams', unix, 'dup'],
    ['datagrams', udp, 'transfer'],
  ] as [string, TestBed, string][])('of %s', async (_, bed, handOver) => {
    await using served = await bed.serve(bed.handler('upper'));
    expect(threadsOf(served.server).handOver).toBe(handOver);
  });

  test.each([
    ['ThreadingTCPServer', { host: '127.0.0.1', port: 0 }, canTransfer ? transferred : missing],
    ['ThreadingUnixStreamServer', { path: '\0no-koffi-here' }, missing],
    ['ThreadingUDPServer', { host: '127.0.0.1', port: 0 }, transferred],
  ])('without koffi: %s', async (name, address, outcome) => {
    const { stdout } = await run(process.execPath, [
      ...WITHOUT_KOFFI,
      packageFile('test/fixtures/listen.mjs'),
      name,
      JSON.stringify(address),
    ]);
    expect(JSON.parse(stdout)).toEqual(outcome);
  });
});

test.each([
  ['ThreadingTCPServer', { host: '127.0.0.1', port: 0 }],
  ['ThreadingUnixStreamServer', { path: `\0hand-over-unsupported-${process.pid}` }],
])('where a net.Socket ignores descriptors, %s is refused', async (name, address) => {
  const { stdout } = await run(process.execPath, [
    '--require',
    packageFile('test/fixtures/ignores-descriptors.cjs'),
    packageFile('test/fixtures/listen.mjs'),
    name,
    JSON.stringify(address),
  ]);
  expect(JSON.parse(stdout)).toEqual({
    code: 'ERR_SOCKETSERVER_UNSUPPORTED',
    message: expect.stringContaining('use ForkingMixIn or AsyncMixIn'),
  });
});

if (canTransfer) {
  test('without koffi connections are left to Node, which closes what a dead thread had not begun', async () => {
    const program = packageFile('test/fixtures/transferred.mjs');
    const { stdout, stderr } = await run(process.execPath, [...WITHOUT_KOFFI, program]);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({
      handOver: 'transfer',
      answered: 100,
      bytes: 20 * 1_048_576,
      besideClosed: ['', 'TWO', 'THREE'],
      died: ['', ''],
      after: 'AGAIN',
      errors: [
        'ERR_SOCKETSERVER_CONNECTION_CLOSED',
        ...Array<string>(3).fill('ERR_SOCKETSERVER_WORKER_DIED'),
      ],
      stats: { accepted: 108, active: 0, completed: 104, failed: 4 },
    });
  });
}

describe.each(streams)('%s', (_, bed) => {
  test('an answer of 20 MB that the handler does not await arrives whole', async () => {
    await using served = await bed.serve(COMMANDS);
    const socket = await connectTo(served.server.serverAddress);
    socket.end('big 20\n');
    const answer = await readAll(socket);
    expect(answer.length).toBe(20 * 1_048_576);
    for (let megabyte = 0; megabyte < 20; megabyte++) {
      const part = answer.subarray(megabyte * 1_048_576, (megabyte + 1) * 1_048_576);
      expect(part.equals(Buffer.alloc(1_048_576, megabyte))).toBe(true);
    }
  });

  test('bytes that came before the hand-over are the first that the handler reads', async () => {
    await using server = bed.make(COMMANDS);
    await server.listen();
    const socket = await connectTo(server.serverAddress);
    socket.end('upper early\n');
    const answer = readAll(socket);
    await server.handleRequest();
    expect((await answer).toString()).toBe('EARLY');
  });

  test('a connection that verifyRequest() has read from is refused with the reason', async () => {
    const Server = class extends bed.Server {
      override async verifyRequest(request: object): Promise<boolean> {
        const socket = request as Socket;
        socket.resume();
        await once(socket, 'data');
        socket.pause();
        return true;
      }
    };
    await using served = await bed.serve(COMMANDS, { Server });
    const client = await Client.connect(served.server.serverAddress, 'upper hello');
    const [reported] = await served.server.errors.atLeast(1);
    expect(reported?.error).toMatchObject({
      code: 'ERR_SOCKETSERVER_ALREADY_READ',
      message: expect.stringContaining('got one with 12 bytes read'),
    });
    await client.ended;
    await served.server.served(1);
    expect(served.server.stats()).toMatchObject({ accepted: 1, failed: 1 });
  });

  test('a connection that verifyRequest() has closed is reported as that, and the server serves on', async () => {
    let closes = true;
    const Server = class extends bed.Server {
      override verifyRequest(...[request]: [never, never]): boolean {
        if (closes) (request as Socket).destroy();
        return true;
      }
    };
    await using served = await bed.serve(COMMANDS, { Server });
    const client = await Client.connect(served.server.serverAddress, 'upper hello');
    const [reported] = await served.server.errors.atLeast(1);
    expect(reported?.error).toMatchObject({ code: 'ERR_SOCKETSERVER_CONNECTION_CLOSED' });
    await client.ended;
    closes = false;
    expect(await askStream(served.server.serverAddress, 'upper again\n')).toBe('AGAIN');
  });

  test('a connection that is closed while it waits to be posted takes no other along', async () => {
    let closes = true;
    const Server = class extends bed.Server {
      override processRequest(...[request, clientAddress]: [never, never]): Promise<void> {
        const work = super.processRequest(request, clientAddress);
        if (closes) (request as Socket).destroy();
        closes = false;
        return work;
      }
    };
    await using served = await bed.serve(COMMANDS, { Server });
    const { server } = served;
    const answers = ['one', 'two', 'three'].map((word) =>
      askStream(server.serverAddress, `upper ${word}\n`).catch(() => ''),
    );
    expect(await Promise.all(answers)).toEqual(['', 'TWO', 'THREE']);
    await server.served(3);
    expect(server.stats()).toMatchObject({ accepted: 3, completed: 2, failed: 1 });
    expect(server.errors.entries).toMatchObject([{ error: { code: 'ERR_SOCKETSERVER_CONNECTION_CLOSED' } }]);
  });

  test('an address that cannot cross fails its own request, and no other', async () => {
    await using served = await bed.serve(COMMANDS, { Server: spoiling(bed) });
    const { server } = served;
    const clients = await Promise.all(
      Array.from({ length: 4 }, () => Client.connect(server.serverAddress, 'upper hello')),
    );
    const answers = await Promise.all(clients.map(({ ended }) => ended));
    expect(answers.toSorted()).toEqual(['', 'HELLO', 'HELLO', 'HELLO']);
    await server.served(4);
    expect(server.stats()).toMatchObject({ accepted: 4, completed: 3, failed: 1 });
    expect(server.errors.entries).toMatchObject([{ error: { name: 'DataCloneError' } }]);
  });

  test('300 clients at once on 2 threads are all answered', async () => {
    const cells = new Int32Array(new SharedArrayBuffer(8));
    await using served = await bed.serve(COMMANDS, { context: { cells: cells.buffer } });
    const { server } = served;
    const clients = await Promise.all(Array.from({ length: 300 }, () => connectTo(server.serverAddress)));
    await server.calls.atLeast(3 * 300); // get, verify, process
    const answers = clients.map((socket, index) => {
      socket.end(`upper client-${index}\n`);
      return readAll(socket);
    });
    expect((await Promise.all(answers)).map(String)).toEqual(
      clients.map((_client, index) => `CLIENT-${index}`),
    );
    await server.served(300);
    expect(server.stats()).toMatchObject({ accepted: 300, active: 0, completed: 300 });
  });
});

test('a handler sees the addresses of its connection and its server', async () => {
  await using served = await tcp.serve(COMMANDS);
  const { serverAddress } = served.server;
  const socket = await connectTo(serverAddress);
  const { localPort, remotePort } = socket;
  socket.end('address\n');
  expect(JSON.parse((await readAll(socket)).toString())).toEqual({
    server: serverAddress,
    remotePort: localPort,
    localPort: remotePort,
  });
});

describe('datagrams', () => {
  test('of a client whose address cannot cross fail by themselves', async () => {
    await using served = await udp.serve(udp.handler('upper'), { Server: spoiling(udp) });
    const { server } = served;
    await udp.send(server, 'lost');
    expect(await udp.ask(server, 'hello')).toBe('HELLO');
    await server.served(2);
    expect(server.stats()).toMatchObject({ accepted: 2, completed: 1, failed: 1 });
    expect(server.errors.entries).toMatchObject([{ error: { name: 'DataCloneError' } }]);
  });

  test('are cut at maxPacketSize, and empty ones arrive', async () => {
    await using served = await udp.serve(udp.handler('upper'));
    const address = served.server.serverAddress as Parameters<typeof askUdp>[0];
    expect((await askUdp(address, 'x'.repeat(9_000))).length).toBe(8_192);
  });

  test('are answered from the server’s own address', async () => {
    await using served = await udp.serve(udp.handler('upper'));
    const { host, port } = served.server.serverAddress as BoundInetAddress;
    const client = createSocket('udp4');
    try {
      const answers: string[] = [];
      client.on('message', (packet, { address, port: from }) =>
        answers.push(`${packet.toString()} ${address}:${from}`),
      );
      for (const text of ['a', 'b', 'c']) client.send(text, port, host);
      await until(() => answers.length === 3);
      expect(answers.toSorted()).toEqual(['A', 'B', 'C'].map((text) => `${text} ${host}:${port}`));
    } finally {
      client.close();
    }
  });

  test('a failed send is the handler’s to catch; an answer after its return still leaves', async () => {
    await using served = await udp.serve(fixture('datagram-commands.mjs'));
    const address = served.server.serverAddress as Parameters<typeof askUdp>[0];
    expect(await askUdp(address, 'toNowhere')).toBe('EMSGSIZE');
    expect(await askUdp(address, 'late soon')).toBe('soon');
    expect(await askUdp(address, 'size 10')).toBe('7');
  });
});

test('askStream is answered through a half-closed connection', async () => {
  await using served = await tcp.serve(COMMANDS);
  expect(await askStream(served.server.serverAddress, 'upper half\n')).toBe('HALF');
});

/** A server whose first client has an address that structured clone does not take. */
function spoiling(bed: TestBed): TestBed['Server'] {
  let spoils = true;
  return class extends bed.Server {
    override verifyRequest(...[, address]: [never, never]): boolean {
      if (spoils) Object.assign(address, { toString: () => 'a client' });
      spoils = false;
      return true;
    }
  };
}
