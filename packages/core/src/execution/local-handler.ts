import { serverClosed } from '../errors.js';
import type { HandlerInit } from '../handlers/base-request-handler.js';
import {
  checkSocketType,
  importHandler,
  type RequestHandlerConstructor,
  type RequestHandlerSource,
  type SocketType,
} from './handler-reference.js';
import { runHandler } from './run-handler.js';

/** The handler of a server that runs its requests in its own thread. */
export class LocalHandler {
  #Handler: RequestHandlerConstructor | undefined;

  /** @throws what `importHandler` and `checkSocketType` throw */
  async load(source: RequestHandlerSource, socketType: SocketType): Promise<void> {
    this.#Handler =
      'href' in source
        ? await importHandler({ url: source.href, name: null, socketType })
        : checkSocketType(source, socketType);
  }

  /** Builds the handler and runs it. @throws {SocketServerError} ERR_SOCKETSERVER_CLOSED when it is not loaded */
  run(init: HandlerInit): Promise<void> {
    const Handler = this.#Handler;
    return Handler === undefined
      ? Promise.reject(serverClosed('finishRequest()'))
      : runHandler(Handler, init);
  }
}
