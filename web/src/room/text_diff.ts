/** The one stretch in which two texts differ, and where a caret goes when one becomes the other; pure. */

export type TextChange = { at: number; removed: number; inserted: string };

export function textChange(before: string, after: string): TextChange {
  const shorter = Math.min(before.length, after.length);
  let at = 0;
  while (at < shorter && before[at] === after[at]) at += 1;
  // A pair of surrogates is one letter: never cut through it.
  if (at > 0 && isHighSurrogate(before.charCodeAt(at - 1))) at -= 1;
  let tail = 0;
  while (tail < shorter - at && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1;
  if (tail > 0 && isLowSurrogate(before.charCodeAt(before.length - tail))) tail -= 1;
  return { at, removed: before.length - at - tail, inserted: after.slice(at, after.length - tail) };
}

/** Words written by others before the caret push it on; it never jumps over words that it stood before. */
export function shiftCaret(caret: number, change: TextChange): number {
  if (caret <= change.at) return caret;
  const end = change.at + change.removed;
  return caret >= end ? caret + change.inserted.length - change.removed : change.at + change.inserted.length;
}

const isHighSurrogate = (code: number): boolean => code >= 0xd800 && code <= 0xdbff;
const isLowSurrogate = (code: number): boolean => code >= 0xdc00 && code <= 0xdfff;
