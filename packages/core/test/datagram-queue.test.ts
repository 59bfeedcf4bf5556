import { createSocket, type Socket } from 'node:dgram';
import { describe, expect, test } from '@jest/globals';
import {
  AsyncUDPServer,
  AsyncUnixDatagramServer,
  BaseRequestHandler,
  UDPServer,
  UnixDatagramServer,
  type DatagramRequest,
} from '@socketserver/core';
import { startPython } from './support/child.js';
import { Gate, NullHandler, serving, TemporaryDirectory, until } from './support/servers.js';

const ANY_PORT = { host: '127.0.0.1', port: 0 };
const COUNT = 10;
const QUEUED = 3;

/** Notes what it is sent, and holds the first until the test lets it go. */
class Held {
  readonly seen: string[] = [];
  readonly gate = new Gate();

  readonly Handler = ((held: Held) =>
    class extends BaseRequestHandler<DatagramRequest> {
      override async handle(): Promise<void> {
        held.seen.push(this.request.packet.toString());
        if (held.seen.length === 1) await held.gate.opened;
      }
    })(this);
}

/** Sends the numbers from 0, the first alone. */
const PYTHON = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.connect(sys.argv[1])
s.send(b'0')
sys.stdin.readline()
for n in range(1, ${COUNT}): s.send(str(n).encode())
`;

describe.each([
  ['UDPServer', UDPServer],
  ['AsyncUDPServer', AsyncUDPServer],
  ['UnixDatagramServer', UnixDatagramServer],
  ['AsyncUnixDatagramServer', AsyncUnixDatagramServer],
])('a full %s', (name, Server) => {
  test.each([
    ['newest', ['0', '1', '2', '3']],
    ['oldest', ['0', '7', '8', '9']],
  ] as const)('drops the %s datagrams, and counts them', async (dropFirst, seen) => {
    using directory = new TemporaryDirectory();
    const held = new Held();
    const isUnix = name.includes('Unix');
    const path = directory.join('server');
    const server = new (Server as typeof UDPServer)(
      (isUnix ? path : ANY_PORT) as typeof ANY_PORT,
      held.Handler,
    );
    Object.assign(server, { maxConnections: 1, overload: 'reject', maxQueuedDatagrams: QUEUED, dropFirst });
    await using _ = await serving(server);
    const first = (): boolean => held.seen.length === 1;
    await (isUnix ? sendUnix(path, first) : sendUdp(server.serverAddress.port, first));
    await until(() => server.stats().dropped === COUNT - 1 - QUEUED);
    expect(server.stats()).toMatchObject({ active: 1 });
    held.gate.open();
    await until(() => server.stats().completed === 1 + QUEUED);
    expect(held.seen).toEqual(seen);
    expect(server.stats()).toMatchObject({ accepted: 4, active: 0, completed: 4, rejected: 0, dropped: 6 });
  });
});

async function sendUdp(port: number, firstIsSeen: () => boolean): Promise<void> {
  const socket = createSocket('udp4');
  await send(socket, '0', port);
  await until(firstIsSeen);
  for (let n = 1; n < COUNT; n++) await send(socket, String(n), port);
  socket.close();
}

function send(socket: Socket, text: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.send(text, port, '127.0.0.1', (error) => (error ? reject(error) : resolve()));
  });
}

async function sendUnix(path: string, firstIsSeen: () => boolean): Promise<void> {
  await using python = startPython(PYTHON, [path]);
  await until(firstIsSeen);
  python.process.stdin?.end('\n');
  expect(await python.exit).toMatchObject({ code: 0, stderr: '' });
}

test.each([
  ['maxQueuedDatagrams', 0],
  ['dropFirst', 'any'],
])('%s %p fails listen()', async (name, value) => {
  const server = Object.assign(new UDPServer(ANY_PORT, NullHandler), { [name]: value });
  await expect(server.listen()).rejects.toMatchObject({
    code: 'ERR_SOCKETSERVER_BAD_ARGUMENT',
    message: expect.stringContaining(`\`${name}\``),
  });
});
