import type { ClientAddress } from './address.js';

/** What a datagram's handler answers with: the server's own socket, whatever thread or process it runs in. */
export interface DatagramSocket {
  /**
   * Sends one datagram from the server's address.
   * @returns how many bytes were sent
   * @throws the system's error: EMSGSIZE, ECONNREFUSED, ENOENT, … (send(2)); {@link SocketServerError}
   *   ERR_SOCKETSERVER_TIMEOUT when a Unix receiver takes nothing for the server's `writeTimeout`: it was dropped then
   */
  sendTo(data: Uint8Array | string, address: ClientAddress): Promise<number>;
}

/** A datagram on its way out. */
export interface OutgoingDatagram {
  readonly data: Uint8Array;
  readonly address: ClientAddress;
}

/** A socket that can send many datagrams at once. */
export interface DatagramBatchSocket extends DatagramSocket {
  /**
   * Sends the first of these, from `from` on.
   * @returns how many were sent, each as a whole; what comes next is for `sendTo`, which tells why
   */
  sendFirst(datagrams: readonly OutgoingDatagram[], from: number): number;
}

/** A request that is one datagram. */
export interface DatagramRequest {
  readonly packet: Buffer;
  readonly socket: DatagramSocket;
}
