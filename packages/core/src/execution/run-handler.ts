import { BaseRequestHandler, type HandlerInit } from '../handlers/base-request-handler.js';
import type { AnyRequestHandler, RequestHandlerConstructor } from './handler-reference.js';
import { guard } from './request-guard.js';
import type { RequestScope } from './request-scope.js';

/**
 * Builds a handler and runs it, the same way under every engine: `setup`, `handle`, and `finish` whatever
 * `handle` did. When both `handle` and `finish` throw, the error of `handle` is thrown. A request that takes longer
 * than its limits allow rejects with ERR_SOCKETSERVER_TIMEOUT.
 */
export function runHandler(Handler: RequestHandlerConstructor, init: HandlerInit): Promise<void> {
  const { scope, limits } = init;
  guard(init);
  const handshakeTimeout = limits?.handshakeTimeout ?? null;
  if (handshakeTimeout !== null) scope.guard?.watchHandshake(handshakeTimeout);
  let ready: void | Promise<void> = undefined;
  let work: Promise<void>;
  try {
    const handler = new Handler(init);
    ready = handler.setup();
    work =
      ready === undefined
        ? handleAndFinish(handler)
        : Promise.resolve(ready).then(() => handleAndFinish(handler));
  } catch (error) {
    work = Promise.reject(error as Error);
  }
  if (scope.guard !== undefined) return scope.guard.over(work);
  return ready === undefined ? work : guardedLater(scope, work);
}

/** An async `setup()` may come to the handler's `timeout` later. */
function guardedLater(scope: RequestScope, work: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      if (scope.guard === undefined) resolve(work);
    };
    work.then(settle, settle);
    scope.onGuard = (late) => resolve(late.over(work));
  });
}

function handleAndFinish(handler: AnyRequestHandler): Promise<void> {
  // It does nothing, and waiting for that would hold some 240 bytes of an idle connection.
  if (handler.finish === BaseRequestHandler.prototype.finish) return handle(handler);
  return handle(handler).then(
    () => handler.finish(),
    async (error: unknown) => {
      try {
        await handler.finish();
      } catch {
        // the handler's own error comes first
      }
      throw error;
    },
  );
}

function handle(handler: AnyRequestHandler): Promise<void> {
  try {
    return Promise.resolve(handler.handle());
  } catch (error) {
    return Promise.reject(error as Error);
  }
}
