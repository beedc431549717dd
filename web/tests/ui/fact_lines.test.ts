import { expect, test } from "vitest";
import { lineAt, linesOf } from "../../src/ui/fact_lines";
import type { Fact } from "../../src/wire/types";

const fact = (seq: number, at_s: number, t: Fact["done"]["t"], actor = "a"): Fact =>
  ({ t: "fact", seq, at_ms: at_s * 1000, actor, client_id: "", n: 0, done: { t } }) as unknown as Fact;

test("scrolling and typing are one line as long as one person goes on", () => {
  const lines = linesOf([
    fact(1, 0, "view.settled"),
    fact(2, 10, "view.settled"),
    fact(3, 20, "view.settled", "b"),
    fact(4, 21, "text.updated"),
    fact(5, 22, "text.updated"),
    fact(6, 200, "text.updated"),
  ]);
  expect(lines.map(({ first, last, count }) => [first.seq, last.seq, count])).toEqual([
    [1, 2, 2],
    [3, 3, 1],
    [4, 5, 2],
    [6, 6, 1],
  ]);
});

test("what is no scrolling and no typing has a line each", () => {
  expect(linesOf([fact(1, 0, "chat.said"), fact(2, 0, "chat.said")])).toHaveLength(2);
});

test("a fact inside a line stands at that line", () => {
  const lines = linesOf([fact(1, 0, "view.settled"), fact(2, 1, "view.settled"), fact(3, 2, "chat.said")]);
  expect([0, 1, 2, 3, 9].map((seq) => lineAt(lines, seq)?.first.seq ?? null)).toEqual([null, 1, 1, 3, 3]);
});
