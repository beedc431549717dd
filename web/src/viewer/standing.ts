/** How a projection is stood up when it is first shown: mammograms as on a viewing box, all others as they were sent. Pure. */
import { projectionLetters } from "../lib/orientation";
import type { PackHeader } from "./pack";
import type { Hugged } from "./scene";
import { type Turn, UNTURNED } from "./turning";

type Standing = { turn: Turn; hugs: Hugged };

const AS_SENT: Standing = { turn: UNTURNED, hugs: 0 };

type Edges = { right: string; bottom: string };

const MAMMOGRAMS = new Set(["MG", "RG"]);

/**
 * Breasts hang back to back, chest walls in the middle: the right one looks to the left of the screen. A craniocaudal view
 * has the armpit's side at its top, the others the head.
 */
function wanted(laterality: string, view: string): Edges | null {
  if (laterality !== "R" && laterality !== "L") return null;
  const right = laterality === "R" ? "P" : "A";
  if (view === "CC") return { right, bottom: laterality === "R" ? "L" : "R" };
  return ["MLO", "ML", "LM"].includes(view) ? { right, bottom: "F" } : null;
}

/** By what the file says of its rows and columns; as it came where it does not say it. */
export function standingOf(header: PackHeader, frame: number): Standing {
  const image = header.frames[frame];
  const told = image?.patient_orientation;
  const edges = MAMMOGRAMS.has(header.modality) ? wanted(image?.laterality ?? "", image?.view_position ?? "") : null;
  if (!told || !edges) return AS_SENT;
  const turns = [false, true].flatMap((isMirrored) =>
    ([0, 1, 2, 3] as const).map((quarters): Turn => ({ quarters, isMirrored })),
  );
  // The first letter is the main direction: an oblique view goes to the feet and a little aside.
  const isSo = (turn: Turn): boolean => {
    const { right, bottom } = projectionLetters(told as [string, string], turn);
    return right.startsWith(edges.right) && bottom.startsWith(edges.bottom);
  };
  const turn = turns.find(isSo);
  // Chest walls meet where the panes do.
  return turn ? { turn, hugs: edges.right === "P" ? 1 : -1 } : AS_SENT;
}
