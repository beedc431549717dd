/** The words of the conclusion's draft at any fact of a recorded meeting. */
import * as Y from "yjs";
import { fromBase64 } from "../wire/base64";
import type { Fact } from "../wire/types";
import { TEXT_NAME } from "./draft";

/** Answers for a fact's number; going on costs what was written since, going back begins anew. */
export function createDraftReader(facts: readonly Fact[]): (seq: number) => string {
  const updates = facts.flatMap(({ seq, done }) => (done.t === "text.updated" ? [{ seq, update: done.update }] : []));
  let doc = new Y.Doc();
  let taken = 0;
  let text = "";

  return (seq) => {
    if (taken > 0 && (updates[taken - 1]?.seq ?? 0) > seq) {
      doc.destroy();
      doc = new Y.Doc();
      taken = 0;
      text = "";
    }
    const before = taken;
    for (let next = updates[taken]; next !== undefined && next.seq <= seq; next = updates[taken]) {
      Y.applyUpdate(doc, fromBase64(next.update));
      taken += 1;
    }
    if (taken > before) text = doc.getText(TEXT_NAME).toString();
    return text;
  };
}
