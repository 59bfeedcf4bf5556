// The four main examples with their clients, one after the other, and what they print: `npm run demo`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const EXAMPLES = fileURLToPath(new URL('../packages/core/examples/dist/', import.meta.url));

console.log('TCP: answers in upper case');
await demonstrate({ server: 'tcp-server.js', client: 'tcp-client.js' });

console.log('\nUDP: the same by datagram');
await demonstrate({ server: 'udp-server.js', client: 'udp-client.js' });

console.log('\nConcurrent: one program, three clients at once');
await exitOf(run('concurrent.js').program);

console.log('\nInteractive: echoes until the client says exit');
await demonstrate({ server: 'echo-server.js', client: 'echo-client.js', typed: 'one\ntwo\nexit\n' });

async function demonstrate({ server, client, typed = '' }) {
  const serving = run(server, ['0']);
  const [listening] = await once(serving.lines, 'line');
  const { program } = run(client, [/\d+$/.exec(listening)[0]]);
  program.stdin.end(typed);
  await exitOf(program);
  serving.program.kill();
  await once(serving.program, 'close');
}

/** Starts an example, and prints its lines after its name. */
function run(example, args = []) {
  const program = spawn(process.execPath, [EXAMPLES + example, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    timeout: 5_000, // ms, should something hang
  });
  const lines = createInterface({ input: program.stdout });
  lines.on('line', (line) => console.log(`  ${example.padEnd(15)}${line}`));
  return { program, lines };
}

async function exitOf(program) {
  const [code] = await once(program, 'close');
  if (code !== 0) process.exitCode = 1;
}
