import { expect } from '@jest/globals';
import { test } from '../case.js';
import { execFile } from 'node:child_process';
import { chmodSync } from 'node:fs';
import type { Socket } from 'node:net';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { peerCredentials, type ClientAddress, type PeerCredentials } from '@socketserver/core';
import type { RecordingConstructor } from '../recording-server.js';
import type { TestBed } from '../test-bed.js';
import type { Facts } from '../handlers/facts.js';

/** A user without rights, and a group that has another number. */
const [NOBODY, NO_GROUP] = [65_534, 65_533];
const ASK_AS_NOBODY = `
import json, os, socket, sys
os.setgid(${NO_GROUP}); os.setuid(${NOBODY})
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
answer = b''
try:
    s.sendall(b'let me in'); s.shutdown(socket.SHUT_WR)
    answer = s.recv(100)
except (BrokenPipeError, ConnectionResetError): pass
print(json.dumps([os.getpid(), answer.decode()]))
`;

/** Who is at the other end of a Unix socket. */
export function peerCases(bed: TestBed): void {
  if (bed.isStream) {
    const own = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };

    test('verifyRequest is told the process, the user and the group of a client', async () => {
      const { Server, seen } = askingServer(bed, () => true);
      await using served = await bed.serve(bed.handler('upper'), { Server });
      expect(await bed.askPython(served.server, 'hello')).toBe('HELLO');
      expect(await bed.ask(served.server, 'from here')).toBe('FROM HERE');
      expect(seen).toEqual([
        { pid: bed.python.pid, ...own },
        { pid: process.pid, ...own },
      ]);
    });

    test('a handler is told them too, wherever it runs', async () => {
      await using served = await bed.serve(bed.handler('peer'));
      const answer = await bed.askPython(served.server, 'who am I?');
      expect(JSON.parse(answer)).toEqual({ pid: bed.python.pid, ...own });
    });

    if (process.getuid?.() !== 0) {
      test.todo('verifyRequest refuses another user: needs root');
      return;
    }

    test('verifyRequest refuses another user', async () => {
      const { Server, seen } = askingServer(bed, ({ uid }) => uid === own.uid);
      await using served = await bed.serve(bed.handler('upper'), { Server, fields: { mode: 0o666 } });
      const { server } = served;
      const { path } = server.serverAddress as { path: string };
      chmodSync(dirname(path), 0o711);
      const { stdout } = await promisify(execFile)('python3', ['-c', ASK_AS_NOBODY, path]);
      const [pid, answer] = JSON.parse(stdout) as [number, string];
      expect(answer).toBe('');
      expect(seen).toEqual([{ pid, uid: NOBODY, gid: NO_GROUP }]);
      await server.served(1);
      expect(server.stats()).toMatchObject({ accepted: 1, rejected: 1 });
      expect(await bed.ask(server, 'me')).toBe('ME');
    });
    return;
  }

  // Python's names have the same form.
  test.each([
    ['whose name is no UTF-8', '\udcff'],
    ['whose name has a U+FFFD', '\ufffd'],
    ['whose name has many bytes', 'ä😀\udced\udcb3\udcbf'],
  ])('a client %s is answered under exactly that name', async (_, last) => {
    await using served = await bed.serve(bed.handler('tell-facts'));
    const { serverAddress: address } = served.server;
    for (const name of [`${bed.freePath()}${last}`, `\0${process.pid}-${last}`]) {
      const answer = await bed.python.ask({ address, stream: false, text: 'who?', name });
      expect((JSON.parse(answer) as Facts).clientAddress).toEqual({ path: name });
    }
  });
}

/** A server that asks who its clients are. */
function askingServer(
  bed: TestBed,
  isWelcome: (peer: PeerCredentials) => boolean,
): { Server: RecordingConstructor; seen: PeerCredentials[] } {
  const seen: PeerCredentials[] = [];
  class Asking extends bed.Server {
    override verifyRequest(request: object, clientAddress: ClientAddress): boolean | Promise<boolean> {
      const peer = peerCredentials(request as Socket);
      seen.push(peer);
      return isWelcome(peer) && super.verifyRequest(request, clientAddress);
    }
  }
  return { Server: Asking, seen };
}
