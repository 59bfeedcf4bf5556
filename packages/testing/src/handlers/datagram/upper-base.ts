import { BaseRequestHandler, type DatagramRequest } from '@socketserver/core';

/** Answers in upper case, on the server's socket. */
export default class UpperDatagramBase extends BaseRequestHandler<DatagramRequest> {
  static readonly url = import.meta.url;

  override async handle(): Promise<void> {
    const { packet, socket } = this.request;
    await socket.sendTo(packet.toString().toUpperCase(), this.clientAddress);
  }
}
