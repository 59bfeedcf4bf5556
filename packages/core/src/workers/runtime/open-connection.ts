import { closeSync } from 'node:fs';
import { Socket, type SocketConstructorOpts } from 'node:net';

/** Node takes them, but not all typings know it. They tell how the kernel's socket is set already, and set nothing. */
interface AcceptedSocketOptions extends SocketConstructorOpts {
  noDelay: boolean;
  keepAlive: boolean;
}

/**
 * For workers: a connection that came as a descriptor, which is closed if no socket can be made of it: it would stay open,
 * and its client would wait for ever.
 * @throws the system's error (EMFILE)
 */
export function openConnection(fd: number): Socket {
  try {
    const options: AcceptedSocketOptions = { fd, allowHalfOpen: true, noDelay: true, keepAlive: true };
    return handled(new Socket(options));
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** The same for one that Node has passed on: its options do not cross. */
export function readyConnection(socket: Socket): Socket {
  socket.allowHalfOpen = true;
  return handled(socket.setNoDelay(true));
}

/** The handler meets an error where it reads or writes; without any listener it would end the worker. */
function handled(socket: Socket): Socket {
  return socket.on('error', ignore);
}

function ignore(): void {}
