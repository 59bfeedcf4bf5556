import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, stop } from 'esbuild';

/** Code that was written by others, and the terms that it comes under. */
export interface Licence {
  /** With its version. */
  readonly package: string;
  readonly text: string;
}

export interface Bundle {
  readonly script: string;
  readonly style: string;
  readonly licences: readonly Licence[];
}

const SCRIPT = fileURLToPath(new URL('../browser/main.js', import.meta.url));
/** The compiler leaves it where it is. */
const STYLE = fileURLToPath(new URL('../../../src/report/page/style.css', import.meta.url));

/** Everything that the page needs, in one script and one style, with the licences of what is in it. */
export async function bundlePage(): Promise<Bundle> {
  try {
    const [script, style] = await Promise.all([bundle(SCRIPT), bundle(STYLE)]);
    return { script: script.code, style: style.code, licences: licencesOf(script.files) };
  } finally {
    await stop(); // esbuild leaves a process behind, to be used again
  }
}

async function bundle(entryPoint: string): Promise<{ code: string; files: string[] }> {
  const { outputFiles, metafile } = await build({
    entryPoints: [entryPoint],
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'iife',
    charset: 'utf8',
    target: 'es2022',
    legalComments: 'inline',
    logLevel: 'silent',
  });
  const files = Object.keys(metafile.inputs).map((file) => resolve(file));
  return { code: outputFiles[0]?.text ?? '', files };
}

function licencesOf(files: readonly string[]): Licence[] {
  const folders = new Set(files.filter((file) => file.includes('node_modules')).map(packageOf));
  return [...folders].map(licenceOf).toSorted((a, b) => a.package.localeCompare(b.package));
}

/** The nearest folder above with a name and a version in its package.json. */
function packageOf(file: string): string {
  let folder = dirname(file);
  while (!existsSync(join(folder, 'package.json')) || manifestOf(folder).version === undefined) {
    folder = dirname(folder);
  }
  return folder;
}

interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly license?: string;
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}

function licenceOf(folder: string): Licence {
  const { name, version, license } = manifestOf(folder);
  const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
  if (file === undefined) throw new Error(`Expected ${folder} to have a licence (${license}), got none`);
  return { package: `${name} ${version}`, text: readFileSync(join(folder, file), 'utf8').trim() };
}
