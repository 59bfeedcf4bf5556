// Prints what logger(1) would send to the system's log: node unix-datagram-server.js [path]
import { BaseRequestHandler, UnixDatagramServer, type DatagramRequest } from '@socketserver/core';

class Log extends BaseRequestHandler<DatagramRequest> {
  override handle() {
    console.log(this.request.packet.toString());
  }
}

const path = process.argv[2] ?? '/tmp/log.sock';
await using server = new UnixDatagramServer(path, Log);
process.once('SIGINT', () => void server.close()); // removes the path
await server.listen();
console.log(`Listening on ${path}; try: logger --socket-errors=on -d -u ${path} hello`);
await server.serveForever();
