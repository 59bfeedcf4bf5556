import { StreamRequestHandler } from '@socketserver/core';

/** Says to the parent process what the client wants; or answers the line. */
export default class Saying extends StreamRequestHandler {
  override async handle(): Promise<void> {
    const line = (await this.rfile.readLine()).toString();
    if (!line.startsWith('say ')) {
      await this.wfile.write(line);
      return;
    }
    process.send?.(JSON.parse(line.slice('say '.length)));
    await new Promise(() => {});
  }
}
