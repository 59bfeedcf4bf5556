import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServerAddress, UnixServerAddress } from '@socketserver/core';
import { giveBack } from '../handlers/give-back.js';
import { answering } from '../processes/answering.js';
import {
  TARGETS,
  type AllStats,
  type ServerCommand,
  type Started,
  type StartServer,
  type Target,
} from '../protocol.js';
import { DATAGRAM_CLASSES, type ServerClasses } from './classes.js';
import { movedClock } from './moved-clock.js';
import { countPrinted, whatWasPrinted } from './printed.js';
import { TargetServers } from './target-servers.js';

/** How long the last requests get at the end, in ms. */
const END_GRACE_MS = 5_000;

/** Runs the servers of one engine, and does with them what it is told. */
export function runServerProgram(classes: ServerClasses): void {
  countPrinted();
  let all: Readonly<Record<Target, TargetServers>> | undefined;

  let startCommand: StartServer | undefined;
  let datagrams: TargetServers | undefined;

  const find = (target: Target): TargetServers => {
    if (all === undefined) throw new Error("Expected 'start' first");
    return all[target];
  };

  answering<ServerCommand>(async (command) => {
    switch (command.type) {
      case 'start':
        startCommand = command;
        all = targetsOf(command, classes);
        for (const target of TARGETS) await find(target).start();
        return started(all);
      case 'stats':
        return Object.fromEntries(
          TARGETS.map((target) => [target, find(target).stats()]),
        ) as unknown as AllStats;
      case 'tune':
        find(command.target).tune(command.fields);
        return undefined;
      case 'call':
        return callMethod(find(command.target).server, command.method);
      case 'restart':
        return find(command.target).restart(command);
      case 'clock':
        movedClock(command.offsetMs);
        return undefined;
      case 'startDatagrams':
        datagrams = datagramsOf(startCommand);
        await datagrams.start();
        return (datagrams.address as UnixServerAddress).path;
      case 'datagrams':
        return datagrams?.stats();
      case 'endDatagrams':
        await datagrams?.end(END_GRACE_MS);
        return datagrams?.stats();
      case 'printed':
        return whatWasPrinted();
      case 'heap':
        return heapBytes();
      case 'end':
        for (const target of TARGETS) await find(target).end(END_GRACE_MS);
        return undefined;
    }
  });
}

function targetsOf(
  { engine, directory }: StartServer,
  classes: ServerClasses,
): Record<Target, TargetServers> {
  const of = (target: Target, address: ServerAddress): TargetServers =>
    new TargetServers({ engine, target, address, Server: classes[engine][target] });
  return {
    tcp: of('tcp', { host: '127.0.0.1', port: 0 }),
    unix: of('unix', { path: join(directory, 'server.sock') }),
    udp: of('udp', { host: '127.0.0.1', port: 0 }),
  };
}

function datagramsOf(command: StartServer | undefined): TargetServers {
  if (command === undefined) throw new Error("Expected 'start' first");
  const { engine, directory } = command;
  const address = { path: join(directory, 'datagrams.sock') };
  return new TargetServers({ engine, target: 'udp', address, Server: DATAGRAM_CLASSES[engine] });
}

function started(all: Readonly<Record<Target, TargetServers>>): Started {
  const { tcp, unix, udp } = all;
  return {
    addresses: { tcp: tcp.address, unix: unix.address, udp: udp.address },
    members: membersOf(tcp.server),
  };
}

function membersOf(server: object): string[] {
  const names = new Set<string>();
  for (
    let at: object | null = server;
    at !== null && at !== Object.prototype;
    at = Object.getPrototypeOf(at) as object | null
  ) {
    for (const name of Object.getOwnPropertyNames(at)) names.add(name);
  }
  return [...names];
}

async function callMethod(server: object, name: string): Promise<unknown> {
  const method = (server as Record<string, unknown>)[name];
  if (typeof method !== 'function') throw new Error(`Expected the server to have ${name}(), got none`);
  return (await method.call(server)) ?? null;
}

/** What the main thread still uses after all garbage was collected. */
async function heapBytes(): Promise<number> {
  // All threads of libuv's pool, so that none of them comes into being later.
  await Promise.all(Array.from({ length: 8 }, () => readdir('/')));
  for (let round = 0; round < 3; round++) {
    await giveBack();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
