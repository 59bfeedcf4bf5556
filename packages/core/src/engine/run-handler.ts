import type { HandlerInit } from '../handlers/base-request-handler.js';
import type { RequestHandlerConstructor } from './handler-reference.js';

/**
 * Builds a handler and runs it, the same way under every engine: `setup`, `handle`, and `finish` whatever
 * `handle` did. When both `handle` and `finish` throw, the first is the one to know of.
 */
export async function runHandler(Handler: RequestHandlerConstructor, init: HandlerInit): Promise<void> {
  const handler = new Handler(init);
  await handler.setup();
  let failure: { error: unknown } | undefined;
  try {
    await handler.handle();
  } catch (error) {
    failure = { error };
  }
  try {
    await handler.finish();
  } catch (error) {
    failure ??= { error };
  }
  if (failure !== undefined) throw failure.error;
}
