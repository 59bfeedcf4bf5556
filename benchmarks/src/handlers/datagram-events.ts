import { BaseRequestHandler, type DatagramRequest } from '@socketserver/core';
import { upper } from './work.js';

/** Answers by `sendTo`. */
export default class DatagramEvents extends BaseRequestHandler<DatagramRequest> {
  override async handle(): Promise<void> {
    const { packet, socket } = this.request;
    await socket.sendTo(upper(packet), this.clientAddress);
  }
}
