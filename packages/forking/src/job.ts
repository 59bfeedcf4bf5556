import type { Socket } from 'node:net';
import type { ClientAddress, DatagramRequest } from '@socketserver/core';

/** What a server of this package is asked to process. */
export type AnyRequest = Socket | DatagramRequest;

/** A request on its way to a child, or in it, with what settles its promise. */
export interface Job {
  readonly id: number;
  readonly request: AnyRequest;
  readonly clientAddress: ClientAddress;
  resolve(): void;
  reject(error: unknown): void;
}
