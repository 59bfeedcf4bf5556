import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { until } from '@socketserver/testing';

/** The first Nodes that can transfer a socket. */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
export const canTransfer = major > 26 || (major === 26 && minor >= 6) || (major === 24 && minor >= 20);

/** Options of Node: for a process in which koffi is not installed. */
export const WITHOUT_KOFFI = [
  '--require',
  fileURLToPath(new URL('../fixtures/without-koffi.cjs', import.meta.url)),
];

export interface Ended {
  code: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
}

/** Runs a program to its end, or for `timeoutMs`. */
export function run(command: string, args: readonly string[], timeoutMs = 20_000): Promise<Ended> {
  // The flags that Jest needs are none of the program's business.
  const { NODE_OPTIONS: _, ...env } = process.env;
  return new Promise((resolve) => {
    const child = execFile(command, args, { env, timeout: timeoutMs }, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode, signal: child.signalCode, stdout, stderr });
    });
  });
}

/** Runs `test/fixtures/NAME` under this Node. */
export function runFixture(name: string, args: readonly string[] = [], timeoutMs?: number): Promise<Ended> {
  return run(process.execPath, [fixture(name).pathname, ...args], timeoutMs);
}

export interface Started extends Disposable {
  readonly process: ChildProcess;
  stdout(): string;
  /** Resolves when it has printed just this. */
  printed(text: string): Promise<void>;
}

/** Starts `test/fixtures/NAME`, which is killed when it is disposed of. */
export function startFixture(name: string, args: readonly string[] = []): Started {
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = spawn(process.execPath, [fixture(name).pathname, ...args], { env });
  let stdout = '';
  child.stdout.on('data', (chunk) => (stdout += String(chunk)));
  return {
    process: child,
    stdout: () => stdout,
    printed: (text) => until(() => stdout === text),
    [Symbol.dispose]: () => void child.kill('SIGKILL'),
  };
}

/** The URL of `test/fixtures/NAME`. */
export function fixture(name: string): URL {
  return new URL(`../fixtures/${name}`, import.meta.url);
}

/** The path of a file of this package. */
export function packageFile(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}
