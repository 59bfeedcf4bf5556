import { connectTo } from '@socketserver/testing';

type Address = Parameters<typeof connectTo>[0];

/** A client whose end a test waits for; a reset is an end as well. */
export class Client {
  readonly ended: Promise<string>;
  #text = '';
  #heard: () => void = () => {};

  static async connect(address: Address, line?: string): Promise<Client> {
    const client = new Client(await connectTo(address));
    if (line !== undefined) client.socket.write(`${line}\n`);
    return client;
  }

  private constructor(readonly socket: Awaited<ReturnType<typeof connectTo>>) {
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      this.#text += String(chunk);
      this.#heard();
    });
    socket.on('end', () => socket.end());
    this.ended = new Promise((resolve) => socket.once('close', () => resolve(this.#text)));
  }

  /** Waits until it has been told `text`. */
  async heard(text: string): Promise<void> {
    while (!this.#text.includes(text)) await new Promise<void>((resolve) => (this.#heard = resolve));
  }
}
