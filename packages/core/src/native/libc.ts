import Module from 'node:module';
import { getSystemErrorName } from 'node:util';
import type { LibraryHandle } from 'koffi';
import { bundled, isBundled } from '../bundling.js';
import { SocketServerError } from '../errors.js';
import { forgetLastStat } from './quiet-stat.js';

/**
 * The C library through koffi, for what Node has no function for. koffi is an optional dependency: this is
 * the only file that loads it, and it does so when one of these is first needed.
 */
export interface Libc {
  /** A second descriptor for the same open file, close-on-exec. @returns the descriptor, or -1 */
  dup(fd: number): number;
  /** Makes `to` a second descriptor for what `from` stands for (dup2(2)). @returns it, or -1 */
  dup2(from: number, to: number): number;
  /** For descriptors that these functions made: a runtime may have a table of its own for those it knows (Deno). */
  close(fd: number): number;
  socket(domain: number, type: number, protocol: number): number;
  /** A connection from the backlog, close-on-exec; undefined where that cannot be had (accept4(2)). @returns -1 without one */
  accept: ((fd: number) => number) | undefined;
  bind(fd: number, address: Uint8Array, length: number): number;
  fchmod(fd: number, mode: number): number;
  getsockname(fd: number, address: Uint8Array, length: Int32Array): number;
  getsockopt(fd: number, level: number, name: number, value: NodeJS.TypedArray, length: Int32Array): number;
  /** Blocks until a datagram is there. @returns its size in bytes, or -1 */
  recvfrom(
    fd: number,
    into: Uint8Array,
    size: number,
    flags: number,
    from: Uint8Array,
    length: Int32Array,
  ): number;
  sendto(fd: number, data: Uint8Array, size: number, flags: number, to: Uint8Array, length: number): number;
  shutdown(fd: number, how: number): number;
  /** `descriptors` is an array of `struct pollfd`. @returns how many of them have an event, or -1 */
  poll(descriptors: Uint8Array, count: number, timeoutMs: number): number;
  /** Writes the soft and the hard limit into `into`. */
  getrlimit(resource: number, into: BigUint64Array): number;
  /** `message` is a `struct msghdr`. @returns the bytes sent, or -1 */
  sendmsg(fd: number, message: Uint8Array, flags: number): number;
  /** `messages` is an array of `struct mmsghdr`. @returns how many were sent without a wait, or -1; undefined where there is no such call */
  sendmmsg: ((fd: number, messages: Uint8Array, count: number) => number) | undefined;
  /** Writes the bytes of an address. @returns 1, or 0 for a text that is none of this family */
  inet_pton(domain: number, text: string, into: Uint8Array): number;
  /** @returns the bytes received, 0 at the end, or -1 */
  recvmsg(fd: number, message: Uint8Array, flags: number): number;
  /** For a request that fills a number (ioctl(2), Linux); undefined elsewhere. @returns 0, or -1 */
  ioctl: ((fd: number, request: number, value: Int32Array) => number) | undefined;
  /** The signal that this process gets when its parent ends (Linux, PR_SET_PDEATHSIG). @returns 0, or -1 */
  setParentDeathSignal(signal: number): number;
  /** Memory that has a descriptor and no name, close-on-exec (memfd_create(2)); undefined where that cannot be had. */
  memfd: (() => number) | undefined;
  /** The first bytes of what a descriptor stands for, as memory that is shared with whoever maps it too. @throws the system's error */
  mapShared(fd: number, bytes: number): { readonly address: bigint; readonly buffer: ArrayBuffer };
  /** Nobody may look at what was mapped there any more. */
  unmap(address: bigint, bytes: number): void;
  /** Where the memory is, for a structure that points at it. */
  addressOf(memory: ArrayBuffer): bigint;
  /** The number of the last error of this thread. */
  errno(): number;
}

const PR_SET_PDEATHSIG = 1;
const MFD_CLOEXEC = 1;
const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;
/** What mmap(2) returns in place of an address, MAP_FAILED, in 64 bits. */
const MAP_FAILED = 0xffff_ffff_ffff_ffffn;
const SOCK_CLOEXEC = 0o2000000;
const MSG_DONTWAIT = 0x40;
const F_DUPFD_CLOEXEC = process.platform === 'linux' ? 1030 : 67;

let loaded: Libc | undefined;
let failure: unknown;

/** The C library, or undefined where koffi is not installed or the platform has no POSIX sockets. */
export function tryLibc(): Libc | undefined {
  if (loaded === undefined && failure === undefined) {
    try {
      loaded = load();
    } catch (error) {
      failure = error;
    }
  }
  return loaded;
}

/**
 * @throws {SocketServerError} where there is none, naming who needs it: ERR_SOCKETSERVER_NATIVE_MISSING, or
 *   ERR_SOCKETSERVER_BUNDLED where a bundle cannot find it
 */
export function needLibc(who: string): Libc {
  const libc = tryLibc();
  if (libc !== undefined) return libc;
  if (isBundled()) throw bundled(`koffi to be found for ${who}`, 'a bundle that cannot', { cause: failure });
  throw new SocketServerError(
    'ERR_SOCKETSERVER_NATIVE_MISSING',
    `Expected koffi to be installed for ${who}, got an error on loading it (${firstLine(failure)}); ` +
      'run: npm install koffi',
    { cause: failure },
  );
}

function load(): Libc {
  if (process.platform === 'win32') throw new Error('Windows has no POSIX descriptors');
  forgetLastStat();
  // Not `import { createRequire }`: webpack follows that, and would pack koffi without its binaries.
  const koffi = Module.createRequire(import.meta.url)('koffi') as typeof import('koffi');
  const lib = koffi.load(null);
  return {
    dup: loadDup(lib),
    dup2: lib.func('int dup2(int from, int to)'),
    close: lib.func('int close(int fd)'),
    socket: lib.func('int socket(int domain, int type, int protocol)'),
    accept: loadAccept(lib),
    bind: lib.func('int bind(int fd, const void *address, uint32_t length)'),
    fchmod: lib.func('int fchmod(int fd, uint32_t mode)'),
    getsockname: lib.func('int getsockname(int fd, void *address, void *length)'),
    getsockopt: lib.func('int getsockopt(int fd, int level, int name, void *value, void *length)'),
    recvfrom: lib.func(
      'intptr_t recvfrom(int fd, void *into, size_t size, int flags, void *from, void *length)',
    ),
    sendto: lib.func(
      'intptr_t sendto(int fd, const void *data, size_t size, int flags, const void *to, uint32_t length)',
    ),
    shutdown: lib.func('int shutdown(int fd, int how)'),
    poll: lib.func('int poll(void *descriptors, unsigned long count, int timeout)'),
    getrlimit: lib.func('int getrlimit(int resource, void *into)'),
    sendmsg: lib.func('intptr_t sendmsg(int fd, const void *message, int flags)'),
    sendmmsg: loadSendmmsg(lib),
    inet_pton: lib.func('int inet_pton(int domain, const char *text, void *into)'),
    recvmsg: lib.func('intptr_t recvmsg(int fd, void *message, int flags)'),
    ioctl: loadIoctl(lib),
    setParentDeathSignal: loadParentDeathSignal(lib),
    memfd: loadMemfd(lib),
    mapShared: loadMapShared(koffi, lib),
    unmap: lib.func('int munmap(void *address, size_t length)'),
    addressOf: (memory) => koffi.address(memory),
    errno: () => koffi.errno(),
  };
}

function loadAccept(lib: LibraryHandle): Libc['accept'] {
  if (process.platform !== 'linux') return undefined;
  const accept4 = lib.func('int accept4(int fd, void *address, void *length, int flags)');
  return (fd) => accept4(fd, null, null, SOCK_CLOEXEC) as number;
}

function loadSendmmsg(lib: LibraryHandle): Libc['sendmmsg'] {
  if (process.platform !== 'linux') return undefined;
  const sendmmsg = lib.func('int sendmmsg(int fd, void *messages, unsigned int count, int flags)');
  return (fd, messages, count) => sendmmsg(fd, messages, count, MSG_DONTWAIT) as number;
}

function firstLine(error: unknown): string {
  return String((error as { message?: unknown } | undefined)?.message).split('\n', 1)[0] ?? '';
}

function loadParentDeathSignal(lib: LibraryHandle): Libc['setParentDeathSignal'] {
  if (process.platform !== 'linux') return () => -1;
  const prctl = lib.func('int prctl(int option, unsigned long argument)');
  return (signal) => prctl(PR_SET_PDEATHSIG, signal) as number;
}

function loadMemfd(lib: LibraryHandle): Libc['memfd'] {
  if (process.platform !== 'linux') return undefined;
  const create = lib.func('int memfd_create(const char *name, unsigned int flags)');
  return () => create('socketserver', MFD_CLOEXEC) as number;
}

function loadMapShared(koffi: typeof import('koffi'), lib: LibraryHandle): Libc['mapShared'] {
  const mmap = lib.func(
    'void *mmap(void *address, size_t length, int protection, int flags, int fd, intptr_t offset)',
  );
  return (fd, bytes) => {
    const address = mmap(null, bytes, PROT_READ_WRITE, MAP_SHARED, fd, 0) as bigint;
    if (address === MAP_FAILED || BigInt(address) === -1n) throw systemError('mmap', koffi.errno());
    return { address, buffer: koffi.view(address, bytes) };
  };
}

/** In the form of Node's own. */
function systemError(syscall: string, errno: number): Error {
  const code = getSystemErrorName(-errno);
  return Object.assign(new Error(`${syscall} ${code}`), { code, syscall, errno: -errno });
}

/** Variadic too: see `loadDup`. */
function loadIoctl(lib: LibraryHandle): Libc['ioctl'] {
  if (process.platform !== 'linux') return undefined;
  return lib.func('int ioctl(int fd, unsigned long request, void *value)');
}

/** fcntl(2) is variadic, which costs koffi 12 µs a call; only Apple's arm64 passes such arguments differently. */
function loadDup(lib: LibraryHandle): Libc['dup'] {
  if (process.platform === 'darwin' && process.arch === 'arm64') {
    const fcntl = lib.func('int fcntl(int fd, int command, ...)');
    return (fd) => fcntl(fd, F_DUPFD_CLOEXEC, 'int', 0) as number;
  }
  const fcntl = lib.func('int fcntl(int fd, int command, int argument)');
  return (fd) => fcntl(fd, F_DUPFD_CLOEXEC, 0) as number;
}
