import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

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

/** The URL of `test/fixtures/NAME`. */
export function fixture(name: string): URL {
  return new URL(`../fixtures/${name}`, import.meta.url);
}

/** The path of a file of this package. */
export function packageFile(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}
