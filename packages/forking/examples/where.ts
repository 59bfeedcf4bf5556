import { StreamRequestHandler } from '@socketserver/core';

/** Answers with what it was sent, after the process that it runs in; dies of `crash`. */
export default class Where extends StreamRequestHandler {
  override async handle() {
    const message = (await this.rfile.read()).toString();
    if (message === 'crash') process.kill(process.pid, 'SIGSEGV'); // as a native add-on might
    await this.wfile.write(`Process ${process.pid}: ${message}`);
  }
}
