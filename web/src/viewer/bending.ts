/** Which grey curve a viewport draws through, and how Cornerstone's CPU drawing is made to obey it. */
import { type Curve, entriesOf, sigmoidCurve, tableCurve } from "../lib/curves";
import type { Kept } from "../lib/rescale";
import { fromBase64 } from "../wire/base64";
import type { PresentationState, ViewportId, VoiTable } from "../wire/types";
import { inflated } from "./layers/bits";
import { stateCurve } from "./layers/state_grey";
import type { PackHeader } from "./pack";
import type { Scene } from "./scene";
import { functionOf, functionsOf } from "./voi";

/** Stacks that no straight line shows as their file wants it. */
export const isBent = ({ windows, voi_tables }: PackHeader): boolean =>
  (voi_tables ?? []).length > 0 || functionsOf({ windows }).has("SIGMOID");

/** The file's own table for this frame, as long as nobody has set another window; cuts through a volume have none. */
export function tableOf({ frame, window }: Scene, header: PackHeader, id: ViewportId): VoiTable | null {
  const first = header.windows[0];
  if (id !== "stack" || first?.center !== window.center || first.width !== window.width) return null;
  return header.voi_tables?.find(({ frames }) => frames.includes(frame)) ?? null;
}

/** Null for a straight line, and while a table is still being unpacked: `ready` is called when it is there. */
export function curveOf(
  scene: Scene,
  { header, kept }: { header: PackHeader; kept: Kept },
  { id, state }: { id: ViewportId; state: PresentationState | null },
  ready: () => void,
): Curve | null {
  // Cornerstone's CPU drawing indexes tables by value, which floats cannot.
  if (kept === "float32" || kept === "rgb8") return null;
  if (state) {
    const bent = stateCurve(state, scene, header, ready);
    return bent === "straight" || bent === "too_wide" ? null : bent;
  }
  const table = tableOf(scene, header, id);
  if (table) return unpacked(table, ready);
  return functionOf(header, scene.window) === "SIGMOID" ? sigmoidCurve(scene.window) : null;
}

const known = new WeakMap<VoiTable, Curve | "waiting">();
let count = 0;

function unpacked(of: VoiTable, ready: () => void): Curve | null {
  const found = known.get(of);
  if (found) return found === "waiting" ? null : found;
  known.set(of, "waiting");
  const { first_mapped, bits, entries } = of.table;
  void inflated(fromBase64(entries)).then((bytes) => {
    count += 1;
    known.set(of, tableCurve(`table ${count}`, { first: first_mapped, bits, entries: entriesOf(bytes) }));
    ready();
  });
  return null;
}

/** What Cornerstone's CPU drawing (5.14) takes for a table; it tells two apart by `id`. */
type VoiLut = { id: string; firstValueMapped: number; lut: Uint8Array };
type Viewport = { voiLUT: VoiLut | undefined };
type Enabled = { viewport: Viewport };
export type Rendering = { enabledElement?: Enabled };

/** It shifts entries down by the bits of the highest, found by iterating: ours have 8, whatever the highest is. */
class Levels extends Uint8Array {
  override *[Symbol.iterator](): ArrayIterator<number> {
    yield 255;
  }
}

const bends = new WeakMap<Rendering, { lut: VoiLut | undefined }>();

/**
 * Cornerstone's CPU drawing obeys a table of its inner viewport, but its interface has no way to give it one, and it makes
 * that viewport anew with every image and every cut: what it makes is caught here as it is set.
 */
export function bend(rendering: Rendering, curve: Curve | null): void {
  const bent = bends.get(rendering) ?? { lut: undefined };
  bent.lut = curve ? { id: curve.name, firstValueMapped: curve.first, lut: new Levels(curve.levels) } : undefined;
  if (!bends.has(rendering)) {
    if (curve === null) return;
    bends.set(rendering, bent);
    caught<Rendering, "enabledElement">(rendering, "enabledElement", (enabled) => {
      if (enabled) {
        caught<Enabled, "viewport">(enabled, "viewport", (viewport) => {
          viewport.voiLUT = bent.lut;
        });
      }
    });
  }
  if (rendering.enabledElement) rendering.enabledElement.viewport.voiLUT = bent.lut;
}

/** Calls `each` with what stands in a property and with whatever is set to it from now on. */
function caught<Owner extends object, Key extends keyof Owner>(
  owner: Owner,
  key: Key,
  each: (value: Owner[Key]) => void,
): void {
  let held = owner[key];
  each(held);
  Object.defineProperty(owner, key, {
    configurable: true,
    enumerable: true,
    get: () => held,
    set(next: Owner[Key]) {
      const isNew = next !== held;
      held = next;
      if (isNew) each(next);
    },
  });
}
