import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { Child, fixture, pathOf } from './child.js';
import type { TemporaryDirectory } from './servers.js';

/** Why a test that needs a file of its own at /etc/hosts, or no /proc, cannot run here; undefined where it can. */
export const NO_MOUNTS =
  spawnSync('unshare', ['--mount', 'true']).status === 0
    ? undefined
    : 'needs the right to mount (unshare --mount)';

/** Why a test that needs a kernel without IPv6 cannot run here; undefined where it can. */
export const NO_COMPILER =
  process.platform === 'linux' && spawnSync('gcc', ['--version']).status === 0 ? undefined : 'needs gcc';

/** What a machine is to look like. */
export interface Machine {
  /** The lines of /etc/hosts. @default as they are */
  readonly hosts?: readonly string[];
  /** Whether its kernel can make sockets of IPv6. @default true */
  readonly hasIPv6?: boolean;
  /** Whether /proc is mounted. @default true */
  readonly hasProc?: boolean;
}

/** libuv makes its sockets by this call, and the C library's resolver does not. */
const WITHOUT_IPV6 = `
#include <errno.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
int socket(int domain, int type, int protocol) {
  if (domain == AF_INET6) { errno = EAFNOSUPPORT; return -1; }
  return syscall(SYS_socket, domain, type, protocol);
}
`;

/** Runs `fixtures/listen.mjs` on such a machine; its files go into the directory. */
export function listenOn(
  { hosts, hasIPv6 = true, hasProc = true }: Machine,
  directory: TemporaryDirectory,
  { server, address }: { server: string; address: object },
): Child {
  const command = [process.execPath, pathOf(fixture('listen.mjs')), server, JSON.stringify(address)];
  if (!hasIPv6) command.unshift('env', `LD_PRELOAD=${compileShim(directory)}`);
  if (hosts !== undefined) {
    const file = directory.join('hosts');
    writeFileSync(file, `${hosts.join('\n')}\n`);
    command.unshift('unshare', '--mount', 'sh', '-c', 'mount --bind "$0" /etc/hosts && exec "$@"', file);
  }
  if (!hasProc)
    command.unshift('unshare', '--mount', 'sh', '-c', 'mount -t tmpfs none /proc && exec "$0" "$@"');
  const [program = '', ...args] = command;
  return new Child(program, args, {});
}

function compileShim(directory: TemporaryDirectory): string {
  const [source, library] = [directory.join('shim.c'), directory.join('shim.so')];
  writeFileSync(source, WITHOUT_IPV6);
  const { status, stderr } = spawnSync('gcc', ['-shared', '-fPIC', '-o', library, source]);
  if (status !== 0) throw new Error(`Expected the shim to compile, got ${String(stderr)}`);
  return library;
}
