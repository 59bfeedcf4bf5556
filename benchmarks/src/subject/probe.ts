import { connect, type NetConnectOpts, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { BadOption } from '../bad-option.js';
import { startServer, listening } from '../measure/server-process.js';
import type { TrialOptions } from '../measure/trial.js';
import type { Address, LoadRequest } from '../protocol.js';
import { STRATEGIES } from '../strategies/index.js';

/** The user's own handler, and what is known of it after it has been asked. */
export interface Probed {
  /** The URL of its module. */
  readonly handler: string;
  readonly request: LoadRequest;
  /** It answers the same request again and again on one connection, each time the same. */
  readonly answersRepeatedly: boolean;
}

export interface ProbePlan {
  readonly handler: URL;
  readonly request: Buffer;
  /** What it should answer; without it: what it does answer, if that is always the same. */
  readonly answer?: Buffer;
}

/** How long an answer may take. */
const ANSWER_MS = 5_000;

/**
 * Asks a handler, in a process of its own, what the load will ask.
 * @throws {BadOption} when it cannot be loaded, does not answer, or does not answer what it should
 */
export async function probeSubject(
  { handler, request, answer }: ProbePlan,
  options: Pick<TrialOptions, 'node' | 'signal'>,
): Promise<Probed> {
  await using server = startServer({
    strategy: STRATEGIES.find(({ name }) => name === 'async')!,
    plan: {
      transport: 'tcp',
      address: { host: '127.0.0.1', port: 0 },
      style: 'events',
      workers: 1,
      sizes: { hashBytes: 1, waitMs: 1, answerBytes: 1 },
      handler: handler.href,
    },
    kind: 'load',
    options,
  });
  const { address } = await listening(server).catch((error: Error) => {
    throw new BadOption(`Expected \`--handler\` to be a handler's module, got: ${lastLine(error.message)}`);
  });
  const answers = [await askOnce(address, request), await askOnce(address, request)];
  const [first, second] = answers;
  if (first === undefined || second === undefined || first.length === 0) {
    throw new BadOption(
      `Expected the handler to answer the request and to end, got ${first?.length ?? 'no end, and'} bytes in ${ANSWER_MS} ms; a handler ends when its client has sent its last`,
    );
  }
  if (answer !== undefined && !(first.equals(answer) && second.equals(answer))) {
    throw new BadOption(
      `Expected the handler to answer the ${answer.length} bytes of \`--answer\`, got ${first.length} others`,
    );
  }
  const known = first.equals(second) ? first : null;
  return {
    handler: handler.href,
    request: { bytes: request.toString('base64'), answer: known?.toString('base64') ?? null },
    answersRepeatedly: known !== null && (await asksTwice(address, request, known)),
  };
}

/** Sends, half-closes, reads up to the end. @returns undefined if that does not come */
async function askOnce(address: Address, request: Buffer): Promise<Buffer | undefined> {
  const client = connecting(address);
  client.end(request);
  const chunks: Buffer[] = [];
  const whole = (async () => {
    for await (const chunk of client) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  })();
  return await within(client, whole);
}

/** Sends twice on one connection, the second time after the first answer. */
async function asksTwice(address: Address, request: Buffer, answer: Buffer): Promise<boolean> {
  const client = connecting(address);
  const expected = Buffer.concat([answer, answer]);
  const repeated = (async () => {
    let received = Buffer.alloc(0);
    client.write(request);
    for await (const chunk of client) {
      const before = received.length;
      received = Buffer.concat([received, chunk as Buffer]);
      if (before < answer.length && received.length === answer.length) client.write(request);
      if (received.length >= expected.length) return received.equals(expected);
    }
    return false;
  })();
  return (await within(client, repeated)) ?? false;
}

function connecting(address: Address): Socket {
  return connect({ ...address, allowHalfOpen: true } satisfies NetConnectOpts);
}

/** @returns undefined if it fails or takes too long */
async function within<Value>(client: Socket, value: Promise<Value>): Promise<Value | undefined> {
  const stop = new AbortController();
  try {
    return await Promise.race([value, sleep(ANSWER_MS, undefined, { signal: stop.signal })]);
  } catch {
    return undefined;
  } finally {
    stop.abort();
    client.destroy();
    value.catch(() => {}); // it ends with the connection
  }
}

/** What a program that failed to start says last, save for Node's version and the stack. */
function lastLine(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.findLast((line) => /^\w*(Error|Exception)\b/.test(line)) ?? lines[0] ?? text;
}
