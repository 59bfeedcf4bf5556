/** What the reader thread is started with. */
export interface ReaderData {
  fd: number;
  maxPacketSize: number;
  /** Two 32-bit cells, `LIMIT` and `CLOSED`, which the main side writes and the reader waits on. */
  gate: SharedArrayBuffer;
}

/** How many datagrams, counted from the first (modulo 2³²), the reader may take from the kernel. */
export const LIMIT = 0;
/** 1 when the reader has to end. */
export const CLOSED = 1;

/** What the reader thread posts. */
export type ReaderMessage =
  | { type: 'datagram'; packet: Uint8Array; path: string }
  | { type: 'failed'; errno: number };
