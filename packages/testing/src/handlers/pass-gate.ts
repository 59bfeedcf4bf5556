import { connect } from 'node:net';

/** The context of a server whose handlers pass a gate (gate.ts). */
export interface GateContext {
  readonly gate: number;
}

/** Tells the gate `text`, and waits until it lets this handler pass, or is gone. */
export function passGate(context: unknown, text: string): Promise<void> {
  const { gate } = context as GateContext;
  return new Promise((resolve) => {
    const socket = connect(gate, '127.0.0.1');
    socket.write(text);
    socket.resume();
    // A gate that is gone lets everybody pass.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => resolve());
  });
}
