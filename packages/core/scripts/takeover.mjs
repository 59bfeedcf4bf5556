// Starts several servers at the same moment on the path of a dead one, again and again, and counts the starts of which not
// exactly one server listens: node takeover.mjs [starts] [servers] [UnixStreamServer | UnixDatagramServer]
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { linkSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { BaseRequestHandler, UnixDatagramServer, UnixStreamServer } from '@socketserver/core';

/** Microseconds from the order to the start, and by how much the servers differ at most. */
const [AHEAD, SPREAD] = [3_000n, 300];

if (process.send === undefined) await main();
else await starter();

async function main() {
  const [starts = '2000', servers = '2', kind = 'UnixStreamServer'] = process.argv.slice(2);
  const directory = mkdtempSync(join(tmpdir(), 'takeover-'));
  const starters = Array.from({ length: Number(servers) }, () =>
    fork(fileURLToPath(import.meta.url), [kind]),
  );
  const wrong = [];
  try {
    await answers(starters, { path: join(directory, 'first') }); // what a first start loads
    await answers(starters, { close: true });
    for (let start = 0; start < Number(starts); start++) {
      const path = join(directory, 's');
      await leaveDeadSocket(path);
      const results = await answers(starters, { path });
      const listening = starters.filter((_, index) => results[index] === 'listening');
      const others = results.filter((result) => result !== 'listening' && result !== 'EADDRINUSE');
      const reached = kind === 'UnixStreamServer' ? await text(connect(path)) : String(listening[0]?.pid);
      await answers(starters, { close: true });
      const left = readdirSync(directory);
      const isRight =
        listening.length === 1 &&
        others.length === 0 &&
        reached === String(listening[0].pid) &&
        left.length === 0;
      if (!isRight) wrong.push({ start, results, reached, left });
      for (const name of left) rmSync(join(directory, name), { recursive: true });
    }
  } finally {
    for (const one of starters) one.disconnect();
    rmSync(directory, { recursive: true });
  }
  console.log(JSON.stringify({ kind, starts: Number(starts), servers: Number(servers), wrong }));
  process.exitCode = wrong.length === 0 ? 0 : 1;
}

function answers(starters, order) {
  const at = String(process.hrtime.bigint() / 1_000n + AHEAD);
  return Promise.all(
    starters.map(async (one) => {
      const answer = once(one, 'message');
      one.send({ ...order, at });
      return (await answer)[0];
    }),
  );
}

/** As a server that was killed leaves it. */
async function leaveDeadSocket(path) {
  const server = createServer().listen(`${path}-made`);
  await once(server, 'listening');
  linkSync(`${path}-made`, path);
  server.close();
  await once(server, 'close');
}

/** One that starts a server when it is told to. */
async function starter() {
  class Handler extends BaseRequestHandler {
    handle() {
      this.request.write?.(String(process.pid));
    }
  }
  const Server = { UnixDatagramServer, UnixStreamServer }[process.argv[2]];
  let server;
  const carryOut = async ({ path, close, at }) => {
    if (close) {
      await server.close();
      process.send('closed');
      return;
    }
    const moment = BigInt(at) + BigInt(Math.floor(Math.random() * SPREAD));
    while (process.hrtime.bigint() / 1_000n < moment);
    server = new Server(path, Handler);
    try {
      await server.listen();
      void server.serveForever();
      process.send('listening');
    } catch (error) {
      process.send(error.code);
    }
  };
  process.once('disconnect', () => process.exit());
  process.on('message', (order) => void carryOut(order));
}
