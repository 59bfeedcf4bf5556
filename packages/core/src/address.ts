import { isIP } from 'node:net';
import { describe, SocketServerError } from './errors.js';

/**
 * Where a TCP or UDP server listens. Without `host`, on every interface of both families (`::`; `0.0.0.0` where the
 * kernel has no IPv6). With a name, on the first of its addresses that this machine has, in the order of the system's
 * resolver.
 */
export interface InetServerAddress {
  readonly host?: string;
  /** 0 lets the system choose; `serverAddress` has the real one after `listen()`. */
  readonly port: number;
}

/**
 * Where a Unix server listens: a path in the file system, or an abstract name (`'\0name'`, Linux). `listen()` makes a
 * path absolute, so that the process may change its directory afterwards.
 */
export interface UnixServerAddress {
  readonly path: string;
}

/**
 * A listening (TCP, Unix stream) or bound (UDP, Unix datagram) socket that this process inherited. `listen()` refuses
 * another one, and leaves it open.
 */
export interface InheritedAddress {
  readonly fd: number;
}

/** What a TCP or UDP server is given. */
export type InetAddress = InetServerAddress | InheritedAddress;

/** What a Unix server is given; a plain string is a path. */
export type UnixAddress = UnixServerAddress | InheritedAddress | string;

export type ServerAddress = InetAddress | UnixAddress;

/** The address that a listening TCP or UDP server really has. */
export interface BoundInetAddress {
  readonly host: string;
  readonly port: number;
  readonly family: 'IPv4' | 'IPv6';
}

export type BoundAddress = BoundInetAddress | UnixServerAddress;

/** Who sent a request over TCP or UDP. A client that came by IPv4 has an IPv4 address, on a dual-stack socket too. */
export interface InetClientAddress {
  readonly address: string;
  readonly port: number;
  readonly family: 'IPv4' | 'IPv6';
}

/** Who sent a request over a Unix socket. */
export interface UnixClientAddress {
  /**
   * The path or the abstract name that the client bound; empty when it bound none. A byte that is no UTF-8 is a character
   * from U+DC80 to U+DCFF there, as in Python (`surrogateescape`): `sendTo` gives it back as it was.
   */
  readonly path: string;
}

export type ClientAddress = InetClientAddress | UnixClientAddress;

/** For what a handler gives, which may be anything. */
export function isInetClient(address: ClientAddress): address is InetClientAddress {
  return 'port' in Object(address);
}

/** For what a handler gives, which may be anything. */
export function isUnixClient(address: ClientAddress): address is UnixClientAddress {
  return 'path' in Object(address);
}

/** Bytes of a path that `sockaddr_un.sun_path` can hold, its closing NUL apart (unix(7)). */
export const MAX_UNIX_PATH = 107;

/** Half a character: Node would write U+FFFD in its place, which is another name. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Those of a server's own `serverAddress` too. */
const INET_FIELDS: readonly string[] = ['host', 'port', 'family'] satisfies (keyof BoundInetAddress)[];
const UNIX_FIELDS: readonly string[] = ['path'] satisfies (keyof UnixServerAddress)[];

/** @throws {SocketServerError} ERR_SOCKETSERVER_BAD_ADDRESS naming the field that is wrong */
export function checkInetAddress(address: unknown): InetServerAddress | InheritedAddress {
  if (typeof address !== 'object' || address === null) {
    throw badAddress('`serverAddress` to be {host, port} or {fd}', address);
  }
  if ('fd' in address) return checkInherited(address);
  checkFields(address, INET_FIELDS, '{host, port} or {fd}');
  const { host, port } = address as { host?: unknown; port?: unknown };
  if (host !== undefined && typeof host !== 'string') {
    throw badAddress('`serverAddress.host` to be a host name or an IP address', host);
  }
  if (host?.includes('\0')) throw badAddress('`serverAddress.host` to have no NUL character', host);
  if (!Number.isInteger(port) || (port as number) < 0 || (port as number) > 65_535) {
    throw badAddress('`serverAddress.port` to be an integer from 0 to 65535', port);
  }
  return address as InetServerAddress;
}

/** @throws {SocketServerError} ERR_SOCKETSERVER_BAD_ADDRESS naming the field that is wrong */
export function checkUnixAddress(address: unknown): UnixServerAddress | InheritedAddress {
  if (typeof address === 'string') return checkUnixAddress({ path: address });
  if (typeof address !== 'object' || address === null) {
    throw badAddress('`serverAddress` to be a path, {path} or {fd}', address);
  }
  if ('fd' in address) return checkInherited(address);
  checkFields(address, UNIX_FIELDS, 'a path, {path} or {fd}');
  const { path } = address as { path?: unknown };
  if (typeof path !== 'string' || path === '' || path === '\0') {
    throw badAddress('`serverAddress.path` to be a path or an abstract name (\\0name)', path);
  }
  const bytes = Buffer.byteLength(path);
  if (bytes > MAX_UNIX_PATH) {
    throw badAddress(`\`serverAddress.path\` to have at most ${MAX_UNIX_PATH} bytes`, bytes);
  }
  if (path.includes('\0', 1)) throw badAddress('`serverAddress.path` to have no NUL inside', path);
  if (LONE_SURROGATE.test(path))
    throw badAddress('`serverAddress.path` to be text (no lone surrogate)', path);
  return address as UnixServerAddress;
}

export function isAbstract(path: string): boolean {
  return path.startsWith('\0');
}

/** The family of an IP address; undefined for a name, and for no host at all. */
export function familyOf(host: string | undefined): 'IPv4' | 'IPv6' | undefined {
  switch (isIP(host ?? '')) {
    case 4:
      return 'IPv4';
    case 6:
      return 'IPv6';
    default:
      return undefined;
  }
}

/** As CPython has it. Before `listen()` a name counts as IPv4, and no host at all as IPv6. */
export function addressFamilyOf(address: ServerAddress): 'AF_INET' | 'AF_INET6' {
  const host = typeof address === 'object' && 'host' in address ? address.host : '';
  const isIPv6 = host === undefined || host === '' ? !isInherited(address) : familyOf(host) === 'IPv6';
  return isIPv6 ? 'AF_INET6' : 'AF_INET';
}

export function isInherited(address: ServerAddress): address is InheritedAddress {
  return typeof address === 'object' && 'fd' in address;
}

/** The path or the abstract name of a Unix server. */
export function pathOf(address: UnixServerAddress | string): string {
  return typeof address === 'string' ? address : address.path;
}

/** A host under another name would be a server that everybody can reach. */
function checkFields(address: object, fields: readonly string[], expected: string): void {
  const isKnown = (field: string): boolean => fields.includes(field);
  if (Array.isArray(address) || !Object.keys(address).every(isKnown)) {
    throw badAddress(`\`serverAddress\` to be ${expected}`, address);
  }
}

function checkInherited(address: object): InheritedAddress {
  const { fd } = address as { fd?: unknown };
  if (!Number.isInteger(fd) || (fd as number) < 0) {
    throw badAddress('`serverAddress.fd` to be the number of an open descriptor', fd);
  }
  return address as InheritedAddress;
}

function badAddress(expected: string, got: unknown): SocketServerError {
  return new SocketServerError('ERR_SOCKETSERVER_BAD_ADDRESS', `Expected ${expected}, got ${describe(got)}`);
}
