import { DatagramRequestHandler } from '@socketserver/core';

/** Writes nothing: then nothing is sent. */
export default class Silent extends DatagramRequestHandler {}
