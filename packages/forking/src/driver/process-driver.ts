import {
  adoptsDescriptors,
  DescriptorPipe,
  SharedMemory,
  type SocketType,
  type TableMemory,
  type WorkerDriver,
  type WorkerEvents,
  type WorkerSpec,
} from '@socketserver/core/workers';
import { directoriesOfChildren, execArgvForChildren } from '../exec-argv.js';
import { packContext } from './context.js';
import { ProcessWorker } from './process-worker.js';

/** What the driver needs of a server. Read whenever it is needed: a field may be changed while the server runs. */
export interface ProcessFields {
  readonly socketType: SocketType;
  readonly addressFamily: string;
  readonly context: unknown;
  readonly env: NodeJS.ProcessEnv | null;
  readonly execArgv: readonly string[] | null;
  readonly acknowledgeTimeout: number;
  readonly killGrace: number;
}

/** Makes the child processes of one server. */
export class ProcessDriver implements WorkerDriver {
  readonly #fields: ProcessFields;
  readonly #workers = new Set<ProcessWorker>();
  #framed: boolean;
  #memory: SharedMemory | undefined;

  constructor(fields: ProcessFields) {
    this.#fields = fields;
    this.#framed = canUseFrames(fields);
  }

  /** The processes that run. */
  get pids(): number[] {
    const running = [...this.#workers].filter(({ isRunning }) => isRunning);
    return running.map(({ pid }) => pid).filter((pid) => pid !== undefined);
  }

  shareMemory(bytes: number): TableMemory {
    this.#memory = new SharedMemory(bytes);
    return this.#memory;
  }

  start({ handler, serverAddress, limits, accept }: WorkerSpec, events: WorkerEvents): ProcessWorker {
    const fields = this.#fields;
    const { cwd, chdir } = directoriesOfChildren();
    const context = packContext(fields.context);
    const told = { handler, serverAddress, context, limits, chdir, accept: accept?.terms };
    const worker = new ProcessWorker(
      {
        execArgv: fields.execArgv ?? execArgvForChildren(process.execArgv),
        env: fields.env,
        cwd,
        framed: this.#framed,
        start: { type: 'start', ...told },
        inherited: accept === undefined || this.#memory === undefined ? [] : [accept.fd, this.#memory.fd],
        acknowledgeTimeout: () => fields.acknowledgeTimeout,
        killGrace: () => fields.killGrace,
        // The next one, which is started in its place, has Node's own channel.
        onNoDescriptors: () => (this.#framed = false),
      },
      events,
      accept?.accepted,
    );
    this.#workers.add(worker);
    void worker.gone.then(() => this.#workers.delete(worker));
    return worker;
  }
}

/**
 * Whether parent and children can talk by frames: where `net.Socket` takes over descriptors, and koffi passes them. Not under
 * `node --watch`, where a child tells of the files that it has loaded by Node's own channel.
 */
function canUseFrames({ socketType, addressFamily }: ProcessFields): boolean {
  if (process.env['WATCH_REPORT_DEPENDENCIES'] !== undefined || !adoptsDescriptors('AF_UNIX')) return false;
  const anyDescriptor = 0;
  const canPass = DescriptorPipe.over(anyDescriptor) !== undefined && adoptsDescriptors(addressFamily);
  return socketType === 'datagram' || canPass;
}
