import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compareResults } from './compare/compare.js';
import { bundlePage } from './page/bundle.js';
import { renderPage } from './page/page.js';
import { read } from './reading/reading.js';
import type { Result } from './result-file.js';

export interface ReportPlan {
  readonly result: Result;
  /** Where the result was written: the page goes into the same folder. */
  readonly resultFile: string;
  /** An earlier result to compare with. */
  readonly earlier?: Result | undefined;
}

/** Writes `report.html`. @returns its path */
export async function writeReport({ result, resultFile, earlier }: ReportPlan): Promise<string> {
  const file = join(dirname(resultFile), 'report.html');
  const comparison = earlier && compareResults(earlier, result);
  writeFileSync(file, renderPage({ reading: read(result), bundle: await bundlePage(), comparison }));
  return file;
}
