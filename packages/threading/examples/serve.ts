// Serves one of the handlers here over TCP until Ctrl-C: node serve.js HANDLER [PORT] [KEY CERT]
import { readFileSync } from 'node:fs';
import { ThreadingTCPServer } from '@socketserver/threading';

const [handler = 'http', port = '9999', key, cert] = process.argv.slice(2);
const address = { host: '127.0.0.1', port: Number(port) };
const server = new ThreadingTCPServer(address, new URL(`./${handler}.js`, import.meta.url));
if (key && cert) server.context = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };

await server.listen();
console.log(`Listening on port ${server.serverAddress.port}, ${server.stats().workers.serving} threads`);
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void server.close({ graceMs: 5_000 }));
await server.serveForever();
