import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { TestBed } from './test-bed.js';

/** One time that the module was loaded. */
export interface Load {
  readonly version: string;
  /** Date.now() in the worker. */
  readonly time: number;
}

/** A handler's module on disk, which can be changed. It obeys the orders of handlers/worker-orders.ts. */
export class HandlerFile {
  readonly #path: string;
  readonly #helper: string;
  readonly #log: string;
  readonly #base: URL;

  constructor(bed: TestBed, version: string) {
    const path = bed.freePath();
    this.#path = `${path}.mjs`;
    this.#helper = `${path}-version.mjs`;
    this.#log = `${path}.log`;
    this.#base = bed.handler('worker');
    this.write(version);
  }

  get url(): URL {
    return pathToFileURL(this.#path);
  }

  /** Every time that it was loaded so far, whatever came of it. */
  get loads(): Load[] {
    if (!existsSync(this.#log)) return [];
    const lines = readFileSync(this.#log, 'utf8').trimEnd().split('\n');
    return lines.map((line) => JSON.parse(line) as Load);
  }

  /**
   * What is loaded from now on: the handler says that it is of this version. What changes is a module that the handler's
   * imports.
   * @param statement - runs while the module is loaded, after the load was noted
   */
  write(version: string, statement = ''): void {
    writeFileSync(
      this.#helper,
      `import { appendFileSync } from 'node:fs';
       export const version = ${JSON.stringify(version)};
       appendFileSync(${JSON.stringify(this.#log)}, JSON.stringify({ version, time: Date.now() }) + '\\n');
       ${statement}`,
    );
    this.replaceBy(
      `import Worker from ${JSON.stringify(this.#base)};
       import { version } from ${JSON.stringify(pathToFileURL(this.#helper))};
       export default class extends Worker { version = version; }`,
    );
  }

  /** The whole module is this text. */
  replaceBy(source: string): void {
    writeFileSync(this.#path, source);
  }
}
