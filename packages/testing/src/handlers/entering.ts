import { AsyncLocalStorage } from 'node:async_hooks';

const storage = new AsyncLocalStorage<string>();

/** What the async context holds, `nothing` in a request's own; from then on it holds `text`. */
export function enterWith(text: string): string {
  const found = storage.getStore() ?? 'nothing';
  storage.enterWith(text);
  return found;
}
