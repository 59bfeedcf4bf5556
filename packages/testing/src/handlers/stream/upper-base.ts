import { BaseRequestHandler, recv, sendAll } from '@socketserver/core';

/** Answers whatever it receives in upper case, on the bare socket. */
export default class UpperStreamBase extends BaseRequestHandler {
  static readonly url = import.meta.url;

  override async handle(): Promise<void> {
    for (;;) {
      const data = await recv(this.request, 1_024);
      if (data.length === 0) return;
      await sendAll(this.request, data.toString().toUpperCase());
    }
  }
}
