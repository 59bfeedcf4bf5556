import type { Answer, Ask } from '../protocol.js';

/** Answers the commands of the process that started this one, and ends with it. */
export function answering<Command>(answer: (command: Command) => unknown): void {
  process.on('message', (ask: Ask<Command>) => {
    void answerOne(ask, answer);
  });
  process.on('disconnect', () => process.exit(0));
}

async function answerOne<Command>(ask: Ask<Command>, answer: (command: Command) => unknown): Promise<void> {
  const { id } = ask;
  try {
    tell({ id, value: await answer(ask) });
  } catch (error) {
    tell({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

function tell(answer: Answer): void {
  if (process.connected) process.send?.(answer, undefined, {}, () => {});
}
