/** Addresses of views: the room's own, with the number of the fact that holds the view; pure. */

/** The fragment never reaches a server, and holds nothing that names a patient or an image. */
export const viewLink = (origin: string, room_id: string, seq: number): string =>
  `${origin}/rooms/${encodeURIComponent(room_id)}#view=${seq}`;

/** Null for any other fragment. */
export function linkedFact(hash: string): number | null {
  const found = /^#view=([1-9][0-9]{0,14})$/.exec(hash);
  return found === null ? null : Number(found[1]);
}
