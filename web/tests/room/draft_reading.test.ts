import { expect, test } from "vitest";
import * as Y from "yjs";
import { createDraftReader } from "../../src/room/draft_reading";
import { toBase64 } from "../../src/wire/base64";
import type { Fact } from "../../src/wire/types";

/** Facts 2, 4 and 6 append a word each. */
function written(): Fact[] {
  const doc = new Y.Doc();
  const updates: string[] = [];
  doc.on("update", (update: Uint8Array) => updates.push(toBase64(update)));
  for (const word of ["Pas ", "d’hémorragie", "."]) doc.getText("conclusion").insert(doc.getText("conclusion").length, word);
  return updates.map(
    (update, n) => ({ t: "fact", seq: 2 * n + 2, done: { t: "text.updated", update } }) as unknown as Fact,
  );
}

test("the words at each fact are those written until then, back and forth", () => {
  const textAt = createDraftReader(written());
  const texts = [1, 6, 3, 2, 99, 4, 0].map(textAt);
  const [one, two, three] = ["Pas ", "Pas d’hémorragie", "Pas d’hémorragie."];
  expect(texts).toEqual(["", three, one, one, three, two, ""]);
});

test("where nobody wrote there are no words", () => {
  expect(createDraftReader([])(5)).toBe("");
});
