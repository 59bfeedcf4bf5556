import { ADDRESSES } from './addresses.js';
import { ERRORS } from './errors.js';
import { LIVE } from './live.js';
import { MESSAGES } from './messages.js';
import type { Fuzz } from './property.js';
import { STREAM_READER } from './stream-reader.js';

export type { Fuzz } from './property.js';
export { readerOf, STREAM_READER } from './stream-reader.js';

export const FUZZ: Readonly<Record<string, readonly Fuzz[]>> = {
  rfile: STREAM_READER,
  addresses: ADDRESSES,
  'messages of the protocol': MESSAGES,
  errors: ERRORS,
  'live servers': LIVE,
};
