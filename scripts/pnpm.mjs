/** What `npx` gets, where no pnpm is installed. */
export const PNPM = 'pnpm@12.21.0';
