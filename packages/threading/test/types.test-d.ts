import { TCPServer } from '@socketserver/core';
import { ThreadingMixIn } from '@socketserver/threading';
declare const s: InstanceType<ReturnType<typeof ThreadingMixIn<typeof TCPServer>>>;
const h: 'transfer' | 'dup' | null = s.stats().handOver;
export { h };
