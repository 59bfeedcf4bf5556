type AddParameters = Parameters<AbortSignal['addEventListener']>;
type RemoveParameters = Parameters<AbortSignal['removeEventListener']>;
type Listener = AddParameters[1];

/**
 * Lets `onThrown` have what a listener of this signal throws, or rejects with. Node would throw it again where nobody can
 * catch it, and that would end the process.
 */
export function holdListeners(signal: AbortSignal, onThrown: (error: unknown) => void): void {
  const held = new WeakMap<object, Listener>();
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...[type, listener, options]: AddParameters) => {
    add(type, holdable(listener) ? hold(listener) : listener, options);
  };
  signal.removeEventListener = (...[type, listener, options]: RemoveParameters) => {
    remove(type, (holdable(listener) && held.get(listener)) || listener, options);
  };

  /** One listener has one wrapper, so that adding it twice adds it once. */
  function hold(listener: Exclude<Listener, null>): Listener {
    const known = held.get(listener);
    if (known !== undefined) return known;
    const call = async (event: Event): Promise<void> => {
      try {
        const heard: unknown =
          typeof listener === 'function' ? listener.call(signal, event) : listener.handleEvent(event);
        await heard;
      } catch (error) {
        onThrown(error);
      }
    };
    const wrapper = (event: Event): void => void call(event);
    held.set(listener, wrapper);
    return wrapper;
  }
}

/** Whether Node takes it for a listener. */
function holdable(listener: unknown): listener is Exclude<Listener, null> {
  return typeof listener === 'function' || (typeof listener === 'object' && listener !== null);
}
