import { expect, test } from "vitest";
import { createDraft, type Draft } from "../../src/room/draft";
import { shiftCaret, textChange } from "../../src/room/text_diff";

/** Two people whose updates travel when the test says so. */
function writer() {
  const sent: string[] = [];
  let due: (() => void)[] = [];
  const told: string[] = [];
  const draft: Draft = createDraft({
    isLive: () => true,
    ask: (update) => void sent.push(update),
    later: (_, run) => void due.push(run),
    changed: (text) => void told.push(text),
  });
  const wait = (): void => {
    const now = due;
    due = [];
    for (const run of now) run();
  };
  return { draft, sent, told, wait };
}

test("keystrokes travel together", () => {
  const { draft, sent, wait } = writer();
  draft.edit("h");
  draft.edit("hé");
  draft.edit("héma");
  wait();
  expect(sent.length).toBe(1);
});

test("what two people write at once is in both texts", () => {
  const one = writer();
  const other = writer();
  one.draft.edit("Pas de transfert.");
  one.wait();
  for (const update of one.sent) other.draft.apply(update);
  one.draft.edit("Pas de transfert. Scanner à 6 h.");
  other.draft.edit("Conclusion : Pas de transfert.");
  one.wait();
  other.wait();
  for (const update of one.sent) other.draft.apply(update);
  for (const update of other.sent) one.draft.apply(update);
  expect(one.draft.text()).toBe("Conclusion : Pas de transfert. Scanner à 6 h.");
  expect(other.draft.text()).toBe(one.draft.text());
});

test("an update that comes back from the room changes nothing", () => {
  const { draft, sent, told, wait } = writer();
  draft.edit("Hématome extradural");
  wait();
  for (const update of sent) draft.apply(update);
  expect(draft.text()).toBe("Hématome extradural");
  expect(told).toEqual([]);
});

test("a long text that is pasted fits the room's updates", () => {
  const { draft, sent, wait } = writer();
  const long = "é".repeat(30_000);
  draft.edit(long);
  wait();
  expect(Math.max(...sent.map((one) => one.length))).toBeLessThan(22_000);
  const reader = writer();
  for (const update of sent) reader.draft.apply(update);
  expect(reader.draft.text()).toBe(long);
});

test("what the room refuses does not stay on the screen", () => {
  const { draft, sent, told, wait } = writer();
  draft.edit("Signé.");
  wait();
  for (const update of sent) draft.apply(update);
  draft.edit("Signé. Ajout trop tardif");
  draft.revert();
  expect(draft.text()).toBe("Signé.");
  expect(told).toEqual(["Signé."]);
  sent.length = 0;
  draft.edit("Signé. Encore");
  wait();
  expect(sent.length).toBe(1);
});

test.each([
  ["abc", "abXc", { at: 2, removed: 0, inserted: "X" }],
  ["abc", "ac", { at: 1, removed: 1, inserted: "" }],
  ["aaa", "aaaa", { at: 3, removed: 0, inserted: "a" }],
  ["", "abc", { at: 0, removed: 0, inserted: "abc" }],
])("%s -> %s is one change", (before, after, change) => {
  expect(textChange(before, after)).toEqual(change);
});

test("a pair of surrogates is never cut", () => {
  const { at, removed, inserted } = textChange("x\u{1F600}y", "x\u{1F601}y");
  expect({ at, removed, inserted }).toEqual({ at: 1, removed: 2, inserted: "\u{1F601}" });
});

test("a caret after what others write moves on, one before it stays", () => {
  const change = textChange("pas de transfert", "Avis : pas de transfert");
  expect(shiftCaret(0, change)).toBe(0);
  expect(shiftCaret(5, change)).toBe(12);
});
