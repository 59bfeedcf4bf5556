import type { IAsyncProperty, IProperty } from 'fast-check';

/** Something that holds for any input. Fails by throwing. */
export interface Fuzz {
  readonly name: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- each has inputs of its own
  readonly property: IProperty<any> | IAsyncProperty<any>;
  /** How many inputs a test of the suite takes, where the nightly run takes 100,000. @default 1000 */
  readonly few?: number;
  /** How many at most, where each takes long. */
  readonly atMost?: number;
}
