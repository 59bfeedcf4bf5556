/** What the reader thread is started with. */
export interface ReaderData {
  fd: number;
  /** Datagrams that an earlier reader has taken, if it died. @see LIMIT */
  taken: number;
  maxPacketSize: number;
  /** The cells. The main side writes `LIMIT` and `CLOSED`, and the reader waits on them; the reader writes `TAKEN`. */
  gate: SharedArrayBuffer;
}

/** How many datagrams, counted from the first (modulo 2³²), the reader may take from the kernel. */
export const LIMIT = 0;
/** 1 when the reader has to end. */
export const CLOSED = 1;

/** How many datagrams the reader has taken, counted in the same way. */
export const TAKEN = 2;
/** How many cells of 32 bits there are. */
export const CELLS = 3;

/** What the reader thread posts. */
export type ReaderMessage =
  /** Sent once, first: from here on datagrams are read. */
  | { type: 'ready' }
  | { type: 'datagram'; packet: Uint8Array; path: string }
  | { type: 'failed'; errno: number };
