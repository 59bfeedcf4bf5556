import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { launchChromium } from './chromium.js';

/** A row of a table: its heading, and its figures as programs and as people read them. */
export interface Row {
  readonly name: string;
  readonly values: readonly number[];
  readonly texts: readonly string[];
}

/** One page after the other, in one browser. */
export class Pages implements AsyncDisposable {
  /** What pages wrote on the console. */
  readonly said: string[] = [];
  /** What pages asked for. */
  readonly requests: string[] = [];
  #browser: Browser | undefined;
  #page: Page | undefined;

  get page(): Page {
    if (this.#page === undefined) throw new Error('Expected a page to be open, got none');
    return this.#page;
  }

  /** Opens a file, and closes what was open before. */
  async open(file: string, options: BrowserContextOptions = {}): Promise<Page> {
    this.#browser ??= await launchChromium();
    await this.#page?.context().close();
    const context = await this.#browser.newContext({ viewport: { width: 1_280, height: 900 }, ...options });
    this.#page = await context.newPage();
    this.#page.on('console', (message) => this.said.push(message.text()));
    this.#page.on('pageerror', (error) => this.said.push(String(error)));
    this.#page.on('request', (request) => this.requests.push(request.url()));
    await this.#page.goto(pathToFileURL(file).href);
    return this.#page;
  }

  /** Runs a script that is text: there is no DOM here for the compiler to know. */
  run<Value>(script: string): Promise<Value> {
    return this.page.evaluate<Value>(script);
  }

  /**
   * Waits until a text is as it should be, looking whenever the page is drawn.
   * @param script - what reads it
   * @returns the text; after 10 s, whatever it is then
   */
  until(script: string, wanted: RegExp): Promise<string> {
    return this.run(`new Promise((resolve) => {
      const giveUpAt = performance.now() + 10_000;
      const look = () => {
        const text = ${script};
        if (${wanted}.test(text) || performance.now() > giveUpAt) resolve(text);
        else requestAnimationFrame(look);
      };
      look();
    })`);
  }

  /** Shows everything that is folded, and waits until the charts in it are drawn. */
  async unfold(): Promise<void> {
    await this.run(`document.querySelectorAll('details').forEach((one) => (one.open = true))`);
    await this.until(`String(document.querySelectorAll('.chart:not(:has(svg))').length)`, /^0$/);
  }

  /** The tables behind the charts, by the charts' ids. */
  tables(): Promise<Record<string, Row[]>> {
    return this.run(`Object.fromEntries(
      [...document.querySelectorAll('figure')].map((figure) => [
        figure.querySelector('.chart').id,
        [...figure.querySelectorAll('tbody tr')].map((row) => ({
          name: row.querySelector('th').textContent.trim(),
          values: [...row.querySelectorAll('data')].map((one) => Number(one.value)),
          texts: [...row.querySelectorAll('data')].map((one) => one.textContent),
        })),
      ]),
    )`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser?.close();
  }
}
