import { DatagramRequestHandler, type ClientAddress } from '@socketserver/core';

/** Answers in upper case; `nowhere`, `odd` and `nothing` are sent to where, and as what, nothing can be sent. */
export default class Misdirecting extends DatagramRequestHandler {
  static readonly url = import.meta.url;

  override async handle(): Promise<void> {
    const text = this.packet.toString();
    const odd = { ...this.clientAddress, note: () => {} };
    if (text === 'nowhere') await this.socket.sendTo(text, undefined as unknown as ClientAddress);
    else if (text === 'nothing') await this.socket.sendTo(5 as unknown as string, this.clientAddress);
    else await this.socket.sendTo(text.toUpperCase(), text === 'odd' ? odd : this.clientAddress);
  }
}
