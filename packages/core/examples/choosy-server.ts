// Serves everybody but one address: node choosy-server.js [port] [address]
import { BlockList, type Socket } from 'node:net';
import { AsyncTCPServer, type InetClientAddress } from '@socketserver/core';

const [port = '9999', unwelcome = '127.0.0.2'] = process.argv.slice(2);
const blocked = new BlockList();
blocked.addAddress(unwelcome);

class ChoosyServer extends AsyncTCPServer {
  override verifyRequest(_request: Socket, { address }: InetClientAddress) {
    return !blocked.check(address);
  }
}

const handler = new URL('./upper.js', import.meta.url);
await using server = new ChoosyServer({ host: '127.0.0.1', port: Number(port) }, handler);
await server.listen();
console.log(`Listening on port ${server.serverAddress.port}`);
await server.serveForever();
