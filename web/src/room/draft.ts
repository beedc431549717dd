/** The conclusion's draft as this browser holds it: a Yjs text, whose updates travel as asks and facts. */
import * as Y from "yjs";
import { fromBase64, toBase64 } from "../wire/base64";
import { shiftCaret, type TextChange, textChange } from "./text_diff";

/** The shared text's name in every browser and in the room (collab/rooms/draft.py). */
const TEXT_NAME = "conclusion";
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
};

export function createDraft(world: DraftWorld): Draft {
  const doc = new Y.Doc();
  const words = doc.getText(TEXT_NAME);
  let waiting: Uint8Array[] = [];
  let isFlushDue = false;

  const flush = (): void => {
    isFlushDue = false;
    for (const update of packed(waiting)) world.ask(toBase64(update));
    waiting = [];
  };

  doc.on("update", (update: Uint8Array, origin: unknown) => {
    if (origin !== MINE) return;
    waiting.push(update);
    if (isFlushDue) return;
    isFlushDue = true;
    world.later(world.isLive() ? GATHER_MS : GATHER_OFFLINE_MS, () => isFlushDue && flush());
  });

  return {
    text: () => words.toString(),
    edit: (next) => write(doc, words, textChange(words.toString(), next)),
    apply(update) {
      const before = words.toString();
      Y.applyUpdate(doc, fromBase64(update), "room");
      const after = words.toString();
      if (after === before) return;
      const change = textChange(before, after);
      world.changed(after, (caret) => shiftCaret(caret, change));
    },
    flush,
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
