import { DatagramRequestHandler } from '@socketserver/core';
import { upper } from './work.js';

/** Answers through `rfile` and `wfile`. */
export default class DatagramFiles extends DatagramRequestHandler {
  override async handle(): Promise<void> {
    await this.wfile.write(upper(await this.rfile.readLine()));
  }
}
