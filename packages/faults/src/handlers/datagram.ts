import { DatagramRequestHandler } from '@socketserver/core';
import { giveBack } from './give-back.js';
import { exitNow, THROWN } from './commands.js';

/** Does what the datagram says. */
export default class Commands extends DatagramRequestHandler {
  override async handle(): Promise<void> {
    const [command = '', argument = ''] = this.packet.toString().trimEnd().split(' ');
    if (command === 'throw') throw THROWN[argument]?.();
    if (command === 'exit') exitNow();
    if (command === 'give-back') {
      await giveBack();
      await this.wfile.write('given back\n');
    }
    if (command === 'echo') await this.wfile.write(`${argument}\n`);
  }
}
