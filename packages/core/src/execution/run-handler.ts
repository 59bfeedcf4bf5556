import type { HandlerInit } from '../handlers/base-request-handler.js';
import { isSocket } from './connection-end.js';
import type { AnyRequestHandler, RequestHandlerConstructor } from './handler-reference.js';
import { RequestGuard } from './request-guard.js';

/**
 * Builds a handler and runs it, the same way under every engine: `setup`, `handle`, and `finish` whatever
 * `handle` did. When both `handle` and `finish` throw, the error of `handle` is thrown. A request that takes longer
 * than its limits allow rejects with ERR_SOCKETSERVER_TIMEOUT.
 */
export function runHandler(Handler: RequestHandlerConstructor, init: HandlerInit): Promise<void> {
  const { scope, limits, request } = init;
  if (limits !== undefined) {
    const guard = new RequestGuard(scope, isSocket(request) ? request : undefined, limits.timeoutGrace);
    guard.watch(limits);
    scope.guard = guard;
  }
  const work = start(Handler, init);
  return scope.guard === undefined ? work : scope.guard.over(work);
}

function start(Handler: RequestHandlerConstructor, init: HandlerInit): Promise<void> {
  try {
    const handler = new Handler(init);
    const ready = handler.setup();
    return ready === undefined
      ? handleAndFinish(handler)
      : Promise.resolve(ready).then(() => handleAndFinish(handler));
  } catch (error) {
    return Promise.reject(error as Error);
  }
}

function handleAndFinish(handler: AnyRequestHandler): Promise<void> {
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
