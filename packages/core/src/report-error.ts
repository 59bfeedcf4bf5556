import { inspect } from 'node:util';
import type { ClientAddress } from './address.js';

const RULE = '-'.repeat(40);

/** The block that the default `handleError` prints, in CPython's form. */
export function errorReport(error: unknown, clientAddress: ClientAddress | undefined): string {
  const where =
    clientAddress === undefined
      ? 'in the server'
      : `during processing of the request of ${clientName(clientAddress)}`;
  return [RULE, `Exception occurred ${where}`, escapeControls(textOf(error)), RULE].join('\n');
}

/** `127.0.0.1:52044`, `[::1]:52044`, a path, or `an unnamed peer`. */
function clientName(clientAddress: ClientAddress): string {
  if (!('port' in clientAddress))
    return clientAddress.path === '' ? 'an unnamed peer' : escapeControls(clientAddress.path);
  const { address, port } = clientAddress;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** Whatever was thrown; some values throw when they are looked at. */
function textOf(error: unknown): string {
  if (typeof error === 'string') return error;
  try {
    return inspect(error);
  } catch {
    return 'a value that throws when it is read';
  }
}

/** What a client sends can end up in a message: it must not move the terminal's cursor or forge a line of a log. */
function escapeControls(text: string): string {
  // oxlint-disable-next-line no-control-regex -- the control characters are the point
  return text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, (character) => {
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
}
