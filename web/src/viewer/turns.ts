/** Whose download runs: one at a time, because what is looked at must have the whole line. Pure. */

/** `need`: what the stack still lacks, a coarse picture of each frame or the full one. */
export type Claim = { isActive: boolean; need: "coarse" | "full" };

/** Something in every pane before all of any; each time the pane that is worked in comes first, then who came first. */
export function nextTurn<C extends Claim>(claims: readonly C[]): C | null {
  const rank = ({ isActive, need }: Claim): number => (need === "coarse" ? 0 : 2) + (isActive ? 0 : 1);
  return claims.toSorted((one, other) => rank(one) - rank(other))[0] ?? null;
}
