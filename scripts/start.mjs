// Serves the README's handler until Ctrl-C: `npm start -- --help` tells the options.
import { parseArgs } from 'node:util';

import { endOnSignal } from './end-on-signal.mjs';

const HANDLER = new URL('../packages/core/examples/dist/upper.js', import.meta.url);

/** Which package an engine comes from, and what its servers' names begin with. */
const ENGINES = {
  async: ['@socketserver/core', 'Async'],
  sync: ['@socketserver/core', ''],
  threading: ['@socketserver/threading', 'Threading'],
  forking: ['@socketserver/forking', 'Forking'],
};

const OPTIONS = {
  host: { type: 'string', default: '127.0.0.1' },
  port: { type: 'string', default: '9999' },
  unix: { type: 'string' },
  engine: { type: 'string', default: 'threading' },
  help: { type: 'boolean', default: false },
};

const HELP = `Answers every line in upper case, until Ctrl-C.

npm start -- [options]
  --host HOST      where to listen (${OPTIONS.host.default})
  --port PORT      0 lets the system choose (${OPTIONS.port.default})
  --unix PATH      listen on a Unix socket instead of host and port
  --engine ENGINE  ${Object.keys(ENGINES).join(', ')} (${OPTIONS.engine.default})`;

try {
  const { values } = parseArgs({ options: OPTIONS });
  if (values.help) console.log(HELP);
  else await start(values);
} catch (error) {
  const cure = error.code === 'EADDRINUSE' ? '; choose another: npm start -- --port 0' : '';
  console.error(error.message.replaceAll('\n', ' ') + cure);
  process.exit(1);
}

async function start({ host, port, unix, engine }) {
  const Server = await serverClass(engine, unix === undefined ? 'TCPServer' : 'UnixStreamServer');
  const server = new Server(unix ?? { host, port: portNumber(port) }, HANDLER);
  await server.listen();
  endOnSignal(server);
  console.log(greeting(server.serverAddress, `${engine} engine (${Server.name}), pid ${process.pid}`));
  await server.serveForever();
}

async function serverClass(engine, name) {
  if (!Object.hasOwn(ENGINES, engine)) {
    throw new Error(
      `Expected --engine to be ${Object.keys(ENGINES).join(', ')}, got ${JSON.stringify(engine)}`,
    );
  }
  const [from, prefix] = ENGINES[engine];
  const Server = (await import(from))[prefix + name];
  if (Server === undefined) throw new Error(`Expected ${from} to export ${prefix + name}, got nothing`);
  return Server;
}

function portNumber(port) {
  if (/^\d+$/.test(port) && Number(port) <= 65_535) return Number(port);
  throw new Error(`Expected --port to be an integer from 0 to 65535, got ${JSON.stringify(port)}`);
}

function greeting({ host, port, path }, engine) {
  const where = path ?? `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const [nc, connect] = path ? [`-U ${path}`, `'${path}'`] : [`${host} ${port}`, `${port}, '${host}'`];
  return `Listening on ${where}, ${engine}. In another terminal, type
  nc ${nc}
or
  node -e "const socket = require('net').connect(${connect});
  socket.end('hello\\n').pipe(process.stdout)"`;
}
