/** Which frame a pack should begin with: packs are asked for by place in the stack, people name images by UID. */
import { createPackReader, type PackHeader } from "./pack";

export type ImageName = { sop_instance_uid: string; frame: number };

// The header of a stack of 160 takes 45 kB; one answer holds nearly every header whole.
const PIECE_BYTES = 1 << 16;

export const packUrl = (pack_url: string, first: number): string =>
  `${pack_url}${pack_url.includes("?") ? "&" : "?"}first=${first}`;

export const placeIn = (header: PackHeader, image: ImageName): number =>
  header.frames.findIndex(
    ({ sop_instance_uid, frame }) => sop_instance_uid === image.sop_instance_uid && frame === image.frame,
  );

/** Reads the header alone, by ranges; null when it cannot be had, which the download itself will tell better. */
export async function fetchHeader(pack_url: string, signal: AbortSignal): Promise<PackHeader | null> {
  let header: PackHeader | null = null;
  const reader = createPackReader({ header: (found) => (header = found), piece: () => undefined });
  try {
    while (header === null) {
      const range = `bytes=${reader.taken()}-${reader.taken() + PIECE_BYTES - 1}`;
      const answer = await fetch(packUrl(pack_url, 0), { headers: { range }, signal });
      if (answer.status !== 206) return null;
      reader.push(new Uint8Array(await answer.arrayBuffer()));
    }
    return header;
  } catch {
    return null;
  }
}
