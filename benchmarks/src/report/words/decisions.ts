/** Something that a reader has to decide for, and what was measured of it. */
export interface Decision {
  /** @default the title of the workload that speaks for it */
  readonly title?: string;
  /** Names of workloads. The first that was measured speaks for it; another one only if it says otherwise. */
  readonly workloads: readonly string[];
}

/** In the order in which they are told. */
export const DECISIONS: readonly Decision[] = [
  { workloads: ['connections', 'unix'] },
  { workloads: ['messages'] },
  { workloads: ['cpu-200us', 'cpu-100us', 'cpu-1000us'] },
  { workloads: ['wait'] },
  { title: 'latency of light requests beside heavy ones', workloads: ['mix'] },
  { workloads: ['idle'] },
  { title: 'clients left hanging by killed workers', workloads: ['kills'] },
];
