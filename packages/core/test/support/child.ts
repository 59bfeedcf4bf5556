import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
  stderr: string;
}

/** A fixture that runs in a process of its own, and talks in messages. Disposing of it kills it. */
export class Child implements AsyncDisposable {
  readonly process: ChildProcess;
  readonly exit: Promise<Exit>;
  readonly #messages: unknown[] = [];
  readonly #waiters: ((message: unknown) => void)[] = [];

  constructor(command: string, args: readonly string[], options: SpawnOptions) {
    // The flags that Jest needs are none of the fixture's business.
    const { NODE_OPTIONS: _, ...env } = process.env;
    const { stdio = ['ignore', 'ignore', 'pipe', 'ipc'] } = options;
    this.process = spawn(command, args, { ...options, env, stdio });
    let stderr = '';
    this.process.stderr?.on('data', (chunk) => (stderr += String(chunk)));
    this.process.on('message', (message) => {
      const waiter = this.#waiters.shift();
      if (waiter === undefined) this.#messages.push(message);
      else waiter(message);
    });
    this.exit = once(this.process, 'close').then(([code, signal]) => ({ code, signal, stderr }) as Exit);
  }

  /** The next message that the fixture sends; rejects when it exits before. */
  message<T>(): Promise<T> {
    if (this.#messages.length > 0) return Promise.resolve(this.#messages.shift() as T);
    return new Promise((resolve, reject) => {
      this.#waiters.push(resolve as (message: unknown) => void);
      void this.exit.then((exit) => reject(new Error(`Expected a message, got ${JSON.stringify(exit)}`)));
    });
  }

  send(message: string): void {
    this.process.send(message);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.process.kill('SIGKILL');
    await this.exit;
  }
}

/** Runs `test/fixtures/NAME` under this Node. */
export function startFixture(
  name: string,
  args: readonly string[] = [],
  { execArgv = [], ...options }: SpawnOptions & { execArgv?: readonly string[] } = {},
): Child {
  return new Child(process.execPath, [...execArgv, pathOf(fixture(name)), ...args], options);
}

/** The URL of `test/fixtures/NAME`. */
export function fixture(name: string): URL {
  return new URL(`../fixtures/${name}`, import.meta.url);
}

/** Runs a program of Python, which reads the numbers of inherited sockets from its arguments. */
export function startPython(program: string, args: readonly string[] = []): Child {
  return new Child('python3', ['-c', program, ...args], { stdio: ['pipe', 'pipe', 'pipe', 'ipc'] });
}

/** Binds a datagram socket, lets a server inherit it, and exits with 0 if that answers in upper case. */
const HEIR = `
import os, socket, subprocess, sys
node, program, server, family, address = sys.argv[1:]
s = socket.socket({'IPv4': socket.AF_INET, 'IPv6': socket.AF_INET6, 'Unix': socket.AF_UNIX}[family], socket.SOCK_DGRAM)
s.bind(address if family == 'Unix' else (address, 0))
p = subprocess.Popen([node, program, server, str(s.fileno())], pass_fds=[s.fileno()], stdout=subprocess.PIPE)
p.stdout.readline()
c = socket.socket(s.family, socket.SOCK_DGRAM)
c.settimeout(10)
if family == 'Unix': c.bind(address + '-client')
c.sendto(b'hello', s.getsockname())
answer = c.recv(100)
p.kill(); p.wait()
sys.exit(0 if answer == b'HELLO' else 1)
`;

/** Runs a datagram server of the given class on a socket that it inherits. Exits with 0 when it answers. */
export function startHeir(server: string, family: 'IPv4' | 'IPv6' | 'Unix', address: string): Child {
  return startPython(HEIR, [
    process.execPath,
    pathOf(fixture('inherits-datagrams.mjs')),
    server,
    family,
    address,
  ]);
}

export function pathOf(url: URL): string {
  return fileURLToPath(url);
}
