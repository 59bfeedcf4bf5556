import type { ClientAddress, InetClientAddress } from '../../address.js';
import type { DatagramMessage, DatagramsMessage, SendsMessage, ToWorker } from './messages.js';

// Datagrams cross together: their bytes in one block, what else there is to say of them in one flat list. An object and a
// block of bytes for each cost several times as much, by structured clone and by JSON.

/** Bytes of datagrams that cross together, unless one alone has more. */
export const MAX_TOGETHER = 262_144;

/** How an address stands in a list: `127.0.0.1`, 4711; anything but a plain one is itself, and null. */
export type FlatAddress = [where: unknown, port: number | null];

export function flatten(address: ClientAddress): FlatAddress {
  return isPlain(address) ? [address.address, address.port] : [address, null];
}

export function unflatten(where: unknown, port: unknown): ClientAddress {
  return typeof where === 'string'
    ? { address: where, port: port as number, family: familyOf(where) }
    : (where as ClientAddress);
}

/** An override may give its clients whatever address it likes. */
function isPlain(address: ClientAddress): address is InetClientAddress {
  const { address: host, port, family } = address as Partial<InetClientAddress>;
  if (typeof host !== 'string' || !Number.isSafeInteger(port) || family !== familyOf(host)) return false;
  return Object.keys(address).length === 3;
}

function familyOf(host: string): 'IPv4' | 'IPv6' {
  return host.includes(':') ? 'IPv6' : 'IPv4';
}

/** Puts datagrams together that follow each other. */
export function joinDatagrams(messages: readonly (ToWorker | DatagramMessage)[]): ToWorker[] {
  const joined: ToWorker[] = [];
  let run: DatagramMessage[] = [];
  let bytes = 0;
  const endRun = (): void => {
    if (run.length > 0) joined.push(join(run, bytes));
    run = [];
    bytes = 0;
  };
  for (const message of messages) {
    if (message.type !== 'datagram') {
      endRun();
      joined.push(message);
      continue;
    }
    if (bytes + message.packet.byteLength > MAX_TOGETHER) endRun();
    run.push(message);
    bytes += message.packet.byteLength;
  }
  endRun();
  return joined;
}

function join(run: readonly DatagramMessage[], bytes: number): DatagramsMessage {
  const requests: unknown[] = [];
  const packets = new Uint8Array(bytes);
  let at = 0;
  for (const { id, sequence = 0, deadline = 0, spentMs = 0, packet, clientAddress } of run) {
    const [where, port] = flatten(clientAddress);
    requests.push(id, sequence, deadline, spentMs, packet.byteLength, where, port);
    packets.set(packet, at);
    at += packet.byteLength;
  }
  return { type: 'datagrams', requests, packets };
}

/** The datagrams that were put together; the main side is trusted. */
export function splitDatagrams({ requests, packets }: DatagramsMessage): DatagramMessage[] {
  const split: DatagramMessage[] = [];
  let at = 0;
  for (let field = 0; field < requests.length; field += 7) {
    const number = (offset: number): number => requests[field + offset] as number;
    const [id, sequence, deadline, spentMs] = [number(0), number(1), number(2), number(3)];
    const length = number(4);
    const packet = packets.subarray(at, at + length);
    const clientAddress = unflatten(requests[field + 5], requests[field + 6]);
    split.push({ type: 'datagram', id, sequence, deadline, spentMs, packet, clientAddress });
    at += length;
  }
  return split;
}

/** A datagram that a worker asks to have sent. */
export interface Send {
  readonly id: number;
  readonly data: Uint8Array;
  readonly address: ClientAddress;
}

/** Whether what a worker says of datagrams to be sent, which may be anything, belongs to these bytes. */
export function areSends(sends: unknown, data: unknown): boolean {
  if (!Array.isArray(sends) || !ArrayBuffer.isView(data) || sends.length % 4 !== 0) return false;
  let rest = data.byteLength;
  for (let field = 0; field < sends.length; field += 4) {
    const [id, length, where, port] = sends.slice(field, field + 4) as unknown[];
    if (!Number.isSafeInteger(id) || !Number.isSafeInteger(length) || (length as number) < 0) return false;
    if (typeof where === 'string' ? !Number.isSafeInteger(port) : Object(where) !== where) return false;
    rest -= length as number;
  }
  return rest === 0;
}

/** What {@link areSends} has checked, one by one. */
export function splitSends({ sends, data: { buffer, byteOffset } }: SendsMessage): Send[] {
  const split: Send[] = [];
  for (let field = 0; field < sends.length; field += 4) {
    const [id, length] = [sends[field] as number, sends[field + 1] as number];
    const data = new Uint8Array(buffer, byteOffset, length);
    split.push({ id, data, address: unflatten(sends[field + 2], sends[field + 3]) });
    byteOffset += length;
  }
  return split;
}
