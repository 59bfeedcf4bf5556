import { StreamRequestHandler } from '@socketserver/core';

type Order = 'early' | 'late' | 'unending';

/** Has a `timeout`, which its `setup()` sets early, late, or without coming to an end; and it heeds no signal. */
export default class SlowSetup extends StreamRequestHandler<unknown, Order> {
  override timeout = 50;

  override async setup(): Promise<void> {
    const order = this.server.context;
    if (order !== 'early') await new Promise((resolve) => setImmediate(resolve));
    await super.setup();
    if (order === 'unending') await new Promise(() => {});
  }

  override handle(): Promise<void> {
    return new Promise(() => {});
  }
}
