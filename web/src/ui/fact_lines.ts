/** The facts of a meeting as lines that people read: typing and scrolling are one line as long as they go on; pure. */
import type { Fact } from "../wire/types";

export type FactLine = {
  /** The first fact of the line, to which it leads. */
  first: Fact;
  last: Fact;
  count: number;
};

/** Who stops for longer begins anew. */
const GOES_ON_MS = 60_000;
const GATHERED: ReadonlySet<Fact["done"]["t"]> = new Set(["view.settled", "text.updated"]);

export function linesOf(facts: readonly Fact[]): FactLine[] {
  const lines: FactLine[] = [];
  for (const fact of facts) {
    const before = lines.at(-1);
    if (before !== undefined && goesOn(before.last, fact))
      lines[lines.length - 1] = { ...before, last: fact, count: before.count + 1 };
    else lines.push({ first: fact, last: fact, count: 1 });
  }
  return lines;
}

const goesOn = (before: Fact, fact: Fact): boolean =>
  GATHERED.has(fact.done.t) &&
  before.done.t === fact.done.t &&
  before.actor === fact.actor &&
  fact.at_ms - before.at_ms < GOES_ON_MS;

/** The line at which a replay stands after fact `seq`. */
export const lineAt = (lines: readonly FactLine[], seq: number): FactLine | null =>
  lines.findLast(({ first }) => first.seq <= seq) ?? null;
