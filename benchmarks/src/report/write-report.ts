import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bundlePage } from './page/bundle.js';
import { renderPage } from './page/page.js';
import { read } from './reading/reading.js';
import type { Result } from './result-file.js';

/** Writes `report.html` into the folder of the result's file. @returns its path */
export async function writeReport(result: Result, resultFile: string): Promise<string> {
  const file = join(dirname(resultFile), 'report.html');
  writeFileSync(file, renderPage({ reading: read(result), bundle: await bundlePage() }));
  return file;
}
