/**
 * As a share: smaller differences may be real, and tell nobody anything. It holds for strategies of one run, and for two
 * runs of one strategy.
 */
export const LEAST_DIFFERENCE = 0.03;
