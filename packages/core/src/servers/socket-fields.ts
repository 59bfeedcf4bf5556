import cluster from 'node:cluster';
import { isIPv4 } from 'node:net';
import {
  isAbstract,
  isInherited,
  pathOf,
  type InetServerAddress,
  type ServerAddress,
  type UnixServerAddress,
} from '../address.js';
import { badArgument, SocketServerError, unsupported } from '../errors.js';
import { HOST_PREFIX_IPV6 } from '../loop/admission.js';
import { checkInheritedSocket, type SocketKind } from '../native/socket-kind.js';
import { unmapIPv4 } from '../sources/mapped-ipv4.js';
import type { UnixOwner } from '../sources/unix-path.js';

/** Mode of a socket file: only its owner may connect or send. */
export const DEFAULT_MODE = 0o600;
/** What an abstract name has, whatever the field says: so the field has to say it. */
const EVERYBODY = 0o666;
const MAX_MODE = 0o777;

/** Below a second the kernel has no unit (tcp(7), TCP_KEEPIDLE). */
const MIN_KEEP_ALIVE_MS = 1_000;
/** MAX_TCP_KEEPIDLE of Linux; Node does not tell when the kernel refuses a longer time. */
const MAX_KEEP_ALIVE_MS = 32_767_000;

const BOUND_ALREADY = 'the socket is bound already: set it where that is done, and leave it false';

/** The fields of a server that depend on what its socket is. */
interface SocketFields {
  readonly serverAddress: ServerAddress;
  readonly allowReusePort: boolean;
  readonly ipv6Only: boolean;
}

interface UnixFields extends SocketFields {
  readonly mode: number;
  readonly chown: UnixOwner | null;
  readonly maxConnectionsPerHost: number;
  readonly hostPrefixIPv6: number;
}

/**
 * Refuses what a TCP or UDP server cannot honour.
 * @throws {SocketServerError} ERR_SOCKETSERVER_UNSUPPORTED naming the field, ERR_SOCKETSERVER_BAD_ADDRESS
 */
export function checkInetFields(kind: 'TCP' | 'UDP', fields: SocketFields): void {
  const { serverAddress, allowReusePort, ipv6Only } = fields;
  if (isInherited(serverAddress)) {
    checkInherited(kind, serverAddress.fd);
    checkNoReusePort(allowReusePort, 'with `{fd}`', BOUND_ALREADY);
    if (ipv6Only) throw noIpv6Only('with `{fd}`', BOUND_ALREADY);
    return;
  }
  if (allowReusePort) checkReusePort();
  const { host = '' } = serverAddress as InetServerAddress;
  if (ipv6Only && isIPv4(unmapIPv4(host))) {
    throw noIpv6Only(`with the IPv4 host ${host}`, 'give an IPv6 host, or leave it false');
  }
}

/**
 * Refuses what a Unix server cannot honour.
 * @throws {SocketServerError} ERR_SOCKETSERVER_UNSUPPORTED naming the field, ERR_SOCKETSERVER_BAD_ADDRESS
 */
export function checkUnixFields(kind: 'Unix stream' | 'Unix datagram', fields: UnixFields): void {
  const { serverAddress, maxConnectionsPerHost, hostPrefixIPv6 } = fields;
  checkMode(fields.mode);
  if (isInherited(serverAddress)) {
    checkInherited(kind, serverAddress.fd);
    checkNoFile(fields, {
      where: 'with `{fd}`',
      mode: DEFAULT_MODE,
      cure: 'the socket has its rights already',
    });
  } else if (isAbstract(pathOf(serverAddress as UnixServerAddress | string))) {
    checkNoFile(fields, {
      where: 'with an abstract name',
      mode: EVERYBODY,
      cure: 'everybody on this machine reaches such a name',
    });
  }
  checkNoReusePort(fields.allowReusePort, 'for a Unix server', 'a path has no port: leave it false');
  if (fields.ipv6Only) throw noIpv6Only('for a Unix server', 'a path has no IP address: leave it false');
  NO_HOST_RULES.maxConnectionsPerHost.check(maxConnectionsPerHost);
  NO_HOST_RULES.hostPrefixIPv6.check(hostPrefixIPv6);
}

/** For fields that a Unix server cannot honour, when they are set. Each throws ERR_SOCKETSERVER_UNSUPPORTED. */
export const NO_HOST_RULES = {
  maxConnectionsPerHost: { check: (value: number) => checkNoHosts('maxConnectionsPerHost', value, Infinity) },
  hostPrefixIPv6: { check: (value: number) => checkNoHosts('hostPrefixIPv6', value, HOST_PREFIX_IPV6) },
};

function checkNoHosts(field: string, value: number, only: number): void {
  if (value === only) return;
  throw unsupported({
    field,
    expected: `${only} for a Unix server`,
    got: value,
    cure: 'its clients have no host: use `maxConnections`',
  });
}

/** @throws {SocketServerError} ERR_SOCKETSERVER_BAD_ARGUMENT */
export function checkKeepAlive(ms: number | null): void {
  const isIn = Number.isInteger(ms) && (ms ?? 0) >= MIN_KEEP_ALIVE_MS && (ms ?? 0) <= MAX_KEEP_ALIVE_MS;
  if (ms === null || isIn) return;
  throw badArgument(
    'keepAlive',
    `null, or an integer of milliseconds from ${MIN_KEEP_ALIVE_MS} to ${MAX_KEEP_ALIVE_MS}`,
    ms,
  );
}

/** `net.Server` asks the primary of a cluster for a descriptor of that number, which is another socket or none. */
function checkInherited(kind: SocketKind, fd: number): void {
  const isStream = kind === 'TCP' || kind === 'Unix stream';
  if (isStream && cluster.isWorker) {
    throw unsupported({
      field: 'serverAddress',
      expected: 'an address of its own in a worker of node:cluster',
      got: { fd },
      cure: 'Node would take the descriptor of the primary: give {host, port} or a path',
    });
  }
  if (kind === 'UDP' && fd === 0) {
    throw unsupported({
      field: 'serverAddress.fd',
      expected: '1 or more for a UDP server',
      got: fd,
      cure: "Node's dgram does not take descriptor 0: pass the socket on under another number",
    });
  }
  checkInheritedSocket(fd, kind);
}

/** 600 for 0o600 is an easy mistake, and another mode. @throws {SocketServerError} ERR_SOCKETSERVER_BAD_ARGUMENT */
function checkMode(mode: number): void {
  if (Number.isInteger(mode) && mode >= 0 && mode <= MAX_MODE) return;
  throw badArgument('mode', 'an integer from 0o000 to 0o777', typeof mode === 'number' ? octal(mode) : mode);
}

function octal(mode: number): string {
  return `0o${mode.toString(8).padStart(3, '0')}`;
}

/** Refuses what only a socket file has. */
function checkNoFile(fields: UnixFields, only: { where: string; mode: number; cure: string }): void {
  const { where } = only;
  const cure = `${only.cure}: set it so, or give a path`;
  if (fields.mode !== only.mode) {
    const [expected, got] = [`${octal(only.mode)} ${where}`, octal(fields.mode)];
    throw unsupported({ field: 'mode', expected, got, cure });
  }
  if (fields.chown !== null)
    throw unsupported({ field: 'chown', expected: `null ${where}`, got: fields.chown, cure });
}

function checkNoReusePort(allowReusePort: boolean, where: string, cure: string): void {
  if (!allowReusePort) return;
  throw unsupported({
    field: 'allowReusePort',
    expected: `false ${where}`,
    got: allowReusePort,
    cure,
  });
}

function noIpv6Only(where: string, cure: string): SocketServerError {
  return unsupported({ field: 'ipv6Only', expected: `false ${where}`, got: true, cure });
}

/** Older Nodes ignore the option in silence. */
function checkReusePort(): void {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 23 || (major === 23 && minor >= 1) || (major === 22 && minor >= 12)) return;
  throw new SocketServerError(
    'ERR_SOCKETSERVER_UNSUPPORTED',
    `Expected Node 22.12 or newer for \`allowReusePort\`, got ${process.versions.node}; leave it false, or upgrade`,
  );
}
