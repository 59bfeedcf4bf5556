// Many connections, and what is left of them: npm run many -- idle [COUNT] | short [COUNT]
// The clients run in a process of their own. `ulimit -n` must allow COUNT descriptors and a few more.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const [mode = 'idle', count = mode === 'idle' ? '9000' : '100000', port] = process.argv.slice(2);
const AT_ONCE = 64; // short connections
const SAMPLES = 5; // looks at memory on the way

if (port !== undefined) await clients(Number(port), Number(count));
else await server();

async function server() {
  const { ThreadingTCPServer } = await import('@socketserver/threading');
  const handler = new URL('../examples/dist/where.js', import.meta.url);
  const tcp = new ThreadingTCPServer({ host: '127.0.0.1', port: 0 }, handler);
  await tcp.listen();
  const loop = tcp.serveForever();
  report('before', tcp);
  const load = fork(fileURLToPath(import.meta.url), [mode, count, String(tcp.serverAddress.port)]);
  load.on('message', (message) => void look(message));
  async function look(message) {
    while (mode === 'idle' && tcp.stats().active < Number(count)) await delay(10);
    report(message, tcp);
    load.send('reported');
  }
  const [code] = await once(load, 'exit');
  while (tcp.stats().active > 0) await delay(10);
  report('after', tcp);
  await tcp.close();
  await loop;
  const { accepted, completed, failed } = tcp.stats();
  const exact = accepted === Number(count) && completed === accepted && failed === 0;
  console.log(
    exact ? 'every connection was served' : `accepted ${accepted}, completed ${completed}, failed ${failed}`,
  );
  process.exitCode = exact && code === 0 ? 0 : 1;
}

function report(when, tcp) {
  const descriptors = readdirSync('/proc/self/fd').length - 1;
  const rss = Math.round(process.memoryUsage.rss() / 1_048_576);
  console.log(`${when}: ${tcp.stats().active} active, ${descriptors} descriptors, ${rss} MB`);
}

async function clients(toPort, total) {
  if (mode === 'idle') await idle(toPort, total);
  else await short(toPort, total);
  process.disconnect();
}

async function idle(toPort, total) {
  const sockets = [];
  for (let open = 0; open < total; open++) {
    const socket = connect(toPort, '127.0.0.1');
    sockets.push(socket);
    if (open % AT_ONCE === 0) await once(socket, 'connect');
  }
  await once(sockets.at(-1), 'connect');
  process.send(`${total} idle`);
  await once(process, 'message');
  // All of them are alive: each is answered.
  const answers = await Promise.all(sockets.map((socket) => ask(socket)));
  if (answers.some((answer) => !answer.endsWith(': hello'))) process.exitCode = 1;
}

async function short(toPort, total) {
  let started = 0;
  const every = Math.ceil(total / SAMPLES);
  const one = async () => {
    while (started < total) {
      if (started++ % every === 0) process.send(`connection ${started}`);
      if (!(await ask(connect(toPort, '127.0.0.1'))).endsWith(': hello')) process.exitCode = 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
}

function ask(socket) {
  return new Promise((resolve, reject) => {
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk));
    socket.once('error', reject);
    socket.once('close', () => resolve(answer));
    socket.end('hello');
  });
}
