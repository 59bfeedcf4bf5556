import type { Config } from 'jest';

// Jest runs ES modules through node:vm. The processes it starts inherit the flags from here.
process.env.NODE_OPTIONS = [
  process.env.NODE_OPTIONS,
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
].join(' ');

const config: Config = {
  testMatch: ['<rootDir>/packages/*/test/**/*.test.ts', '<rootDir>/benchmarks/test/**/*.test.ts'],
  globalSetup: './scripts/jest-global-setup.mjs',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': ['ts-jest', { useESM: true, tsconfig: 'tsconfig.test.json' }] },
  // Tests name their helpers with .js, as TypeScript wants; packages do have the .js file.
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': ['$1.js', '$1.ts'] },
  // The long files wait more than they compute: three keep two CPUs busy.
  maxWorkers: 3,
  testSequencer: './scripts/long-tests-first.mjs',
  // Keeps every test in a process that inherited them: without it a single file runs in Jest's own.
  workerIdleMemoryLimit: '512MB',
  testTimeout: 30_000,
};

export default config;
