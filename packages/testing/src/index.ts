/**
 * The contract that every composition of servers keeps, as a suite of Jest. A package runs it on its own:
 *
 * ```ts
 * // packages/threading/test/contract.test.ts
 * import { contractSuite } from '@socketserver/testing';
 * import { ThreadingTCPServer } from '@socketserver/threading';
 *
 * contractSuite({
 *   name: 'ThreadingTCPServer',
 *   Server: ThreadingTCPServer,
 *   kind: 'tcp',
 *   concurrent: true,
 *   runsIn: 'thread',
 * });
 * ```
 *
 * with one call for each composition and `@socketserver/testing` among its devDependencies. The suite needs Linux
 * (it counts /proc/self/fd) and `python3`. Its handlers are modules of their own in `handlers/`, so they run in any
 * engine; where a test has to know when a handler has begun, or decides when it goes on, they pass a `Gate`.
 *
 * For tests of a package's own: `TestBed` makes servers that record what their hooks get, and clients for them.
 */
export type { Composition, Kind, ServerConstructor } from './composition.js';
export { askStream, connectTo, readAll, readLine } from './clients/stream-client.js';
export { askUdp, sendUdp } from './clients/udp-client.js';
export { PythonClient } from './clients/python-client.js';
export { contractSuite } from './contract-suite.js';
export { openDescriptors, settledDescriptors } from './descriptors.js';
export { Gate, type Visitor } from './gate.js';
export { Log } from './log.js';
export {
  recording,
  type HookCall,
  type HookName,
  type Recorder,
  type RecordingConstructor,
  type RecordingServer,
  type ReportedError,
} from './recording-server.js';
export { Served } from './served.js';
export { TestBed, type ServeOptions } from './test-bed.js';
export { turns, until } from './until.js';
