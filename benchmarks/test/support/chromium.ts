import { existsSync } from 'node:fs';
import { test } from '@jest/globals';
import { chromium, type Browser } from 'playwright-core';

const PLACES = [
  process.env['CHROMIUM_PATH'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

const found = PLACES.find((place) => place !== undefined && existsSync(place));

/** Skips tests where there is no Chromium, and says so: `apt-get install chromium`, or set CHROMIUM_PATH. */
export const testWithChromium: typeof test.skip = found === undefined ? test.skip : test;

if (found === undefined) {
  console.warn('No Chromium was found: the page is not tested. Install it, or set CHROMIUM_PATH.');
}

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
