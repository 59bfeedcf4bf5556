import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { threadId } from 'node:worker_threads';
import type { BaseRequestHandler } from '@socketserver/core';
import type { Death } from '../workers.js';
import { passGate, type GateContext } from './pass-gate.js';

/** What a worker answers: which one it is, the version of its module, and what it has of the server's context. */
export interface Who {
  worker: string;
  pid: number;
  version: string;
  note: unknown;
}

export interface WorkerContext extends Partial<GateContext> {
  readonly note?: unknown;
}

/** A handler of the worker cases; modules on disk (handler-file.ts) give it another version. */
type WorkerHandler = BaseRequestHandler<unknown, unknown> & { readonly version: string };

const LOOK_MS = 2;
const leaked: Buffer[] = [];

/** Does what a line says, and returns the answer. */
export async function carryOut(handler: WorkerHandler, line: string): Promise<string> {
  const [order, first = '', second = ''] = line.trim().split(' ');
  switch (order) {
    case 'who':
      break;
    /** Waits at the gate, which is told who does. */
    case 'hold':
      await passGate(handler.server.context, whoIs(handler));
      break;
    /** The same, without an answer: a client of datagrams that has left could not be sent one. */
    case 'holdQuietly':
      await passGate(handler.server.context, whoIs(handler));
      return '';
    case 'aborted':
      await passGate(handler.server.context, whoIs(handler));
      if (!handler.signal.aborted) await new Promise((resolve) => (handler.signal.onabort = resolve));
      break;
    /** Whether its signal has been aborted by the time it passes the gate. */
    case 'isAborted':
      await passGate(handler.server.context, whoIs(handler));
      return JSON.stringify({ note: handler.signal.aborted });
    /** Never lets the event loop turn again, and says so with a file. */
    case 'loop':
      await passGate(handler.server.context, whoIs(handler));
      writeFileSync(first, '');
      for (;;);
    case 'spin':
      for (const end = performance.now() + Number(first); performance.now() < end;);
      break;
    case 'die':
      await passGate(handler.server.context, whoIs(handler));
      die(first as Death);
      await new Promise(() => {});
      break;
    /** Dies when the file is there; until then it serves. */
    case 'dieLater':
      setInterval(() => existsSync(first) && die(second as Death), LOOK_MS);
      break;
    /** Stands still, and says so with a file, until another file is there; then it dies. */
    case 'blockAndDie':
      await passGate(handler.server.context, whoIs(handler));
      writeFileSync(`${first}.blocked`, '');
      while (!existsSync(first)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOOK_MS);
      process.exit(3);
    /** Stands still for ever once the file is there, with no request that it runs. */
    case 'standStillLater':
      setInterval(() => {
        if (!existsSync(first)) return;
        writeFileSync(`${first}.still`, '');
        for (;;);
      }, LOOK_MS);
      break;
    /** What is thrown has texts of so many characters. */
    case 'throw': {
      const text = 'x'.repeat(Number(first));
      throw Object.assign(new Error(text, { cause: new Error(text) }), { name: text });
    }
    case 'append':
      appendFileSync(first, `${second}\n`);
      break;
    /** Never lets go of so many megabytes. */
    case 'leak':
      for (let mb = 0; mb < Number(first); mb++) leaked.push(Buffer.alloc(1_048_576, 1));
      break;
    default:
      throw new Error(`Expected an order, got ${line}`);
  }
  return whoIs(handler);
}

function whoIs(handler: WorkerHandler): string {
  const { note } = (handler.server.context ?? {}) as WorkerContext;
  const { pid } = process;
  const who: Who = { worker: `${pid}:${threadId}`, pid, version: handler.version, note };
  return JSON.stringify(who);
}

function die(way: Death): void {
  switch (way) {
    case 'exit':
      process.exit(3);
    case 'uncaught':
      setImmediate(() => {
        throw new Error('nobody catches this');
      });
      return;
    case 'rejected':
      void Promise.reject(new Error('nobody awaits this'));
      return;
    case 'SIGKILL':
      process.kill(process.pid, 'SIGKILL');
      return;
  }
}
