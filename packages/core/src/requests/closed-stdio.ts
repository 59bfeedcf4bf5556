const heard = new WeakSet<NodeJS.WriteStream>();

/**
 * From now on a stream that is closed (EPIPE: a log collector or a terminal that went away) does not end this process: what is
 * printed is lost. Idempotent.
 */
export function surviveClosing(stream: NodeJS.WriteStream): void {
  if (heard.has(stream)) return;
  heard.add(stream);
  stream.on('error', isLost);
}

function isLost(): void {}
