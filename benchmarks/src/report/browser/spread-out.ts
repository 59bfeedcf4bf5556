/**
 * Moves positions apart until neighbours have `gap` between them, each as little as that takes.
 * @returns in the order of `positions`
 */
export function spreadOut(positions: readonly number[], gap: number): number[] {
  /** Neighbours that touch lie around their common middle. */
  interface Block {
    members: number[];
    middle: number;
  }
  const order = positions.map((_, index) => index).toSorted((a, b) => positions[a]! - positions[b]!);
  const blocks: Block[] = [];
  for (const index of order) {
    blocks.push({ members: [index], middle: positions[index]! });
    for (;;) {
      const [upper, lower] = blocks.slice(-2);
      if (upper === undefined || lower === undefined) break;
      const room = ((upper.members.length + lower.members.length) / 2) * gap;
      if (lower.middle - upper.middle >= room) break;
      const members = [...upper.members, ...lower.members];
      const wanted = members.map(
        (member, place) => positions[member]! - (place - (members.length - 1) / 2) * gap,
      );
      blocks.splice(-2, 2, { members, middle: wanted.reduce((sum, one) => sum + one, 0) / members.length });
    }
  }
  const moved = [...positions];
  for (const { members, middle } of blocks) {
    members.forEach((member, place) => (moved[member] = middle + (place - (members.length - 1) / 2) * gap));
  }
  return moved;
}
