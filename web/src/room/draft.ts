/** The conclusion's draft as this browser holds it: a Yjs text, whose updates travel as asks and facts. */
import * as Y from "yjs";
import { fromBase64, toBase64 } from "../wire/base64";
import { shiftCaret, type TextChange, textChange } from "./text_diff";

/** The shared text's name in every browser and in the room (collab/rooms/draft.py). */
export const TEXT_NAME = "conclusion";
/** Keystrokes of this long travel together; offline they gather for longer, as nobody reads them yet. */
const GATHER_MS = 150;
const GATHER_OFFLINE_MS = 2000;
/** The room takes 16 KiB an update; a pasted text is cut well below. */
const INSERT_CHARS = 3000;
const UPDATE_BYTES = 12_000;

export type DraftWorld = {
  isLive(): boolean;
  ask(update: string): void;
  later(ms: number, run: () => void): void;
  /** Others have changed the text; `shift` says where a caret in the old text now stands. */
  changed(text: string, shift: (caret: number) => number): void;
};

export type Draft = {
  text(): string;
  /** I wrote: the text is now `next`. */
  edit(next: string): void;
  /** An update or a whole state of the room, base64; one that is known already changes nothing. */
  apply(update: string): void;
  /** Send what waits, without waiting longer. */
  flush(): void;
  /** The room has refused what I wrote: show its words again, so that nobody reads what nobody will sign. */
  revert(): void;
};

export function createDraft(world: DraftWorld): Draft {
  /** What the room has said, and nothing of mine that it has not. */
  const agreed = new Y.Doc();
  let doc = new Y.Doc();
  let words = doc.getText(TEXT_NAME);
  let waiting: Uint8Array[] = [];
  let isFlushDue = false;

  const flush = (): void => {
    isFlushDue = false;
    for (const update of packed(waiting)) world.ask(toBase64(update));
    waiting = [];
  };

  const gather = (update: Uint8Array, origin: unknown): void => {
    if (origin !== MINE) return;
    waiting.push(update);
    if (isFlushDue) return;
    isFlushDue = true;
    world.later(world.isLive() ? GATHER_MS : GATHER_OFFLINE_MS, () => isFlushDue && flush());
  };
  doc.on("update", gather);

  const tellChange = (before: string): void => {
    const after = words.toString();
    if (after === before) return;
    const change = textChange(before, after);
    world.changed(after, (caret) => shiftCaret(caret, change));
  };

  return {
    text: () => words.toString(),
    edit: (next) => write(doc, words, textChange(words.toString(), next)),
    apply(update) {
      const before = words.toString();
      const bytes = fromBase64(update);
      Y.applyUpdate(agreed, bytes, "room");
      Y.applyUpdate(doc, bytes, "room");
      tellChange(before);
    },
    flush,
    revert() {
      const before = words.toString();
      doc.destroy();
      doc = new Y.Doc();
      words = doc.getText(TEXT_NAME);
      Y.applyUpdate(doc, Y.encodeStateAsUpdate(agreed), "room");
      doc.on("update", gather);
      waiting = [];
      tellChange(before);
    },
  };
}

const MINE = "mine";

function write(doc: Y.Doc, words: Y.Text, { at, removed, inserted }: TextChange): void {
  if (removed > 0) doc.transact(() => words.delete(at, removed), MINE);
  for (let from = 0; from < inserted.length; from += INSERT_CHARS) {
    const piece = inserted.slice(from, from + INSERT_CHARS);
    doc.transact(() => words.insert(at + from, piece), MINE);
  }
}

/** Joined while they stay small enough for one ask. */
function packed(updates: readonly Uint8Array[]): Uint8Array[] {
  const groups: Uint8Array[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const update of updates) {
    size += update.length;
    if (size > UPDATE_BYTES) {
      groups.push([]);
      size = update.length;
    }
    groups.at(-1)?.push(update);
  }
  return groups.map((group) => Y.mergeUpdates(group));
}
