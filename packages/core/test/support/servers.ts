import { once } from 'node:events';
import { linkSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BaseRequestHandler, StreamRequestHandler, type BaseServer } from '@socketserver/core';

/** Listens, and serves in the background until the server is disposed of. */
export async function serving<Server extends Pick<BaseServer, 'listen' | 'serveForever'>>(
  server: Server,
): Promise<Server> {
  await server.listen();
  void server.serveForever();
  return server;
}

/** With the mode that an abstract name asks for. */
export function openToAll<Server extends { mode: number }>(server: Server): Server {
  server.mode = 0o666;
  return server;
}

/** A new directory, removed with all that is in it. */
export class TemporaryDirectory implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'core-'));

  join(name: string): string {
    return join(this.path, name);
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** What a server that was killed leaves behind. @param made - another path, where the socket is made */
export async function leaveDeadSocket(path: string, made = `${path}-made`): Promise<void> {
  const server = createServer().listen(made);
  await once(server, 'listening');
  linkSync(made, path);
  server.close();
  await once(server, 'close');
}

/** Does nothing: for tests in which no request arrives, or in which it does not matter what becomes of it. */
export class NullHandler extends BaseRequestHandler<never> {}

/** Answers every line in upper case. */
export class UpperHandler extends StreamRequestHandler {
  override async handle(): Promise<void> {
    for await (const line of this.rfile) await this.wfile.write(line.toString().toUpperCase());
  }
}

/** A promise and the function that resolves it: for tests that decide when something goes on. */
export class Gate<T = void> {
  open!: (value: T) => void;
  readonly opened = new Promise<T>((resolve) => {
    this.open = resolve;
  });
}

/** Resolves when `condition` holds, looking after every turn of the event loop; the test's time limit bounds it. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
