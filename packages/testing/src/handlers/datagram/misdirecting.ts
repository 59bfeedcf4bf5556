import { DatagramRequestHandler, type ClientAddress } from '@socketserver/core';

/**
 * Answers in upper case; `nowhere`, `odd` and `nothing` are sent to where, and as what, nothing can be sent. `together` sends
 * several at once, and fails with what became of each.
 */
export default class Misdirecting extends DatagramRequestHandler {
  static readonly url = import.meta.url;

  override async handle(): Promise<void> {
    const text = this.packet.toString();
    const odd = { ...this.clientAddress, note: () => {} };
    if (text === 'together') throw new Error(await this.#sendTogether());
    if (text === 'nowhere') await this.socket.sendTo(text, undefined as unknown as ClientAddress);
    else if (text === 'nothing') await this.socket.sendTo(5 as unknown as string, this.clientAddress);
    else await this.socket.sendTo(text.toUpperCase(), text === 'odd' ? odd : this.clientAddress);
  }

  async #sendTogether(): Promise<string> {
    const client = this.clientAddress;
    const bad = { ...client, port: 0 };
    const sends = [
      this.socket.sendTo('a', client),
      this.socket.sendTo('bb', client),
      this.socket.sendTo('ccc', bad),
      this.socket.sendTo('', client),
      this.socket.sendTo('ddddd', client),
    ];
    const outcomes = await Promise.allSettled(sends);
    return outcomes
      .map((one) => (one.status === 'fulfilled' ? one.value : (one.reason as { code: string }).code))
      .join(' ');
  }
}
