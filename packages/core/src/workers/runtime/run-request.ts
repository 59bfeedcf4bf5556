import type { Socket } from 'node:net';
import type { HandlerInit } from '../../handlers/base-request-handler.js';
import { shutdownStream } from '../../io/shutdown-stream.js';
import { isOwnError, isSocket, watchConnection, watchCut } from '../../execution/connection-end.js';
import { serializeError } from '../../requests/serialized-error.js';
import type { RequestHandlerConstructor } from '../../execution/handler-reference.js';
import { OwnContext } from '../../execution/own-context.js';
import type { RequestEnd } from '../protocol/request-end.js';
import { runHandler } from '../../execution/run-handler.js';

/**
 * For workers: runs a request's handler, and ends its connection, if it has one, whatever the handler did. Never
 * rejects. Resolves when the connection is closed; with undefined when the handler returned, and all was read and sent.
 */
export function runRequest(
  Handler: RequestHandlerConstructor,
  init: HandlerInit,
): Promise<RequestEnd | undefined> {
  const context = new OwnContext();
  return isSocketInit(init)
    ? context.runInAsyncScope(runStream, undefined, Handler, init)
    : context.runInAsyncScope(runDatagram, undefined, Handler, init);
}

function isSocketInit(init: HandlerInit): init is HandlerInit<Socket> {
  return isSocket(init.request);
}

function runDatagram(Handler: RequestHandlerConstructor, init: HandlerInit): Promise<RequestEnd | undefined> {
  const { scope } = init;
  return runHandler(Handler, init).then(
    () => (scope.failure === undefined ? undefined : { error: serializeError(scope.failure.error) }),
    (error: unknown) => ({ error: serializeError((scope.failure ?? { error }).error) }),
  );
}

/** No suspended function waits for the handler: each would hold some 400 bytes of an idle connection. */
function runStream(
  Handler: RequestHandlerConstructor,
  init: HandlerInit<Socket>,
): Promise<RequestEnd | undefined> {
  watchConnection(init.request, init.scope);
  return runHandler(Handler, init).then(
    () => endStream(init),
    (error: unknown) => endStream(init, { error }),
  );
}

/** What came first of the handler's error and a limit that was passed is the one to know of. */
async function endStream(
  { request, scope }: HandlerInit<Socket>,
  failure?: { error: unknown },
): Promise<RequestEnd | undefined> {
  const isCut = watchCut(request, scope);
  try {
    await shutdownStream(request);
  } catch (error) {
    failure ??= { error };
  }
  failure = scope.failure ?? failure;
  const cut = isCut();
  if (failure === undefined) return cut ? { cut } : undefined;
  return { error: serializeError(failure.error), disconnected: isOwnError(request, failure.error), cut };
}
