import { connect, type NetConnectOpts, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { BadOption } from '../bad-option.js';
import { startServer, listening, type ServerProcess } from '../measure/server-process.js';
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
  const answers: Buffer[] = [];
  for (let asked = 0; asked < 2; asked++) {
    const answered = await askOnce(address, request);
    if (typeof answered === 'string') throw await refused(server, answered);
    answers.push(answered);
  }
  const [first, second] = answers as [Buffer, Buffer];
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

/** Sends, half-closes, reads up to the end. @returns what came instead of an answer, in words, if none did */
async function askOnce(address: Address, request: Buffer): Promise<Buffer | string> {
  const client = connecting(address);
  client.end(request);
  const chunks: Buffer[] = [];
  const whole = (async () => {
    try {
      for await (const chunk of client) chunks.push(chunk as Buffer);
    } catch (error) {
      return `the connection's failure (${(error as Error).message})`;
    }
    return chunks.length > 0 ? Buffer.concat(chunks) : 'an end without any bytes';
  })();
  const answer = await within(client, whole);
  if (answer !== undefined) return answer;
  const bytes = chunks.reduce((sum, { length }) => sum + length, 0);
  return `${bytes} bytes and no end in ${ANSWER_MS} ms (a handler ends when its client has sent its last)`;
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

/** Why a handler did not answer: the reason is what its server has said on stderr, if it has. */
async function refused(server: ServerProcess, got: string): Promise<BadOption> {
  const said = await saidOnStderr(server);
  const reason = said.trim() === '' ? '' : `: ${reportedError(said) ?? lastLine(said)}`;
  return new BadOption(`Expected the handler to answer the request and to end, got ${got}${reason}`);
}

/** Ends the server: what has ended is said to have, with its stderr below. */
async function saidOnStderr(server: ServerProcess): Promise<string> {
  await server[Symbol.asyncDispose]();
  const gone: Error = await server.hear('listening').then(
    () => new Error(),
    (error: Error) => error,
  );
  return gone.message.slice(gone.message.indexOf('\n') + 1);
}

/** The first line of the last error that the default `handleError` has printed. */
function reportedError(text: string): string | undefined {
  return [...text.matchAll(/^Exception occurred .*\n(.*)$/gm)].at(-1)?.[1];
}

/** What a program that failed to start says last, save for Node's version and the stack. */
function lastLine(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.findLast((line) => /^\w*(Error|Exception)\b/.test(line)) ?? lines[0] ?? text;
}
