import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const PLACES = [
  process.env['CHROMIUM_PATH'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

const found = PLACES.find((place) => place !== undefined && existsSync(place));

export const hasChromium = found !== undefined;

/** What is said of tests that are skipped. */
export const WHY_SKIPPED = hasChromium
  ? ''
  : ' (skipped: no Chromium was found; install it, or set CHROMIUM_PATH)';

/** A browser of its own, with a profile of its own, that asks nobody for anything. */
export function launchChromium(): Promise<Browser> {
  if (found === undefined) throw new Error('Expected a Chromium, got none');
  return chromium.launch({
    executablePath: found,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
