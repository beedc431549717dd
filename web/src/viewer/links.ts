/** Panes that go through the patient together: in one frame of reference, or laid upon each other by hand. */
import type { Plane } from "../lib/planes";
import type { Vec3 } from "../lib/vectors";
import type { Link } from "../wire/types";
import type { Heading } from "./grid";
import { carried, covers, joins, linkedHere, relationOf, scrolledPlanes, scrolledTo } from "./linking";
import type { Text } from "./overlay";
import type { Pane } from "./pane_contract";
import type { Panes } from "./panes";
import { planeOf, type Scene, shownViewports } from "./scene";

export type Links = {
  isOn(): boolean;
  byHand(): readonly Link[];
  set(isOn: boolean, byHand?: readonly Link[]): void;
  /** Lays the active pane upon another, see the viewer's; false where there is nothing to lay it upon. */
  linkHere(): boolean;
  /** The other panes go where this one was scrolled to. */
  follow(index: number, before: Scene, after: Scene): void;
  /** The planes of the active pane, where they are of this frame of reference. */
  activePlanes(frame_of_reference_uid: string | null): Plane[];
  /** What is written beside a pane that is linked to the active one: by whose hand, and where it has nothing to show. */
  notesOf(index: number): Heading["notes"];
};

/** The room takes no more. */
const MOST_LINKS = 8;

export function createLinks(panes: Panes, text: Text): Links {
  let isOn = false;
  let byHand: readonly Link[] = [];

  return {
    isOn: () => isOn,
    byHand: () => byHand,
    set(on, links = byHand) {
      isOn = on;
      byHand = links;
    },
    linkHere() {
      const here = pointOf(panes.active());
      const others = panes.shown().filter((pane) => pane !== panes.active() && pointOf(pane)?.[0] !== here?.[0]);
      const linkable = others.filter((pane) => pointOf(pane) !== null);
      // With more than one to choose from, that in which the hand was before: nobody has looked at the others for this.
      const other = linkable.length === 1 ? linkable[0] : linkable.find((pane) => pane === panes.before());
      const there = other ? pointOf(other) : null;
      if (!here || !there) return false;
      byHand = linkedHere(byHand, here, there).slice(-MOST_LINKS);
      isOn = true;
      return true;
    },
    follow(index, before, after) {
      const from = panes.at(index)?.picture()?.series;
      if (!isOn || !from) return;
      for (const plane of scrolledPlanes(before, after, from.geometry)) {
        for (const [other, pane] of panes.shown().entries()) {
          const there = other === index ? null : pane.picture();
          const relation = there && relationOf(uidOf(from), uidOf(there.series), byHand);
          if (!there || !relation) continue;
          const next = scrolledTo(there, { ...plane, point: carried(plane.point, relation) });
          if (next !== there.scene) pane.put(next);
        }
      }
    },
    activePlanes(frame_of_reference_uid) {
      const there = panes.active().picture();
      if (!there || frame_of_reference_uid === null || uidOf(there.series) !== frame_of_reference_uid) return [];
      const { scene, series } = there;
      return shownViewports(scene).map((id) => planeOf(scene, series.geometry, id));
    },
    notesOf(index) {
      const [here, there] = [panes.at(index)?.picture(), panes.active().picture()];
      const uid = here ? uidOf(here.series) : null;
      const isByHand = uid !== null && byHand.some((link) => panes.shown().some((pane) => isJoined(link, uid, pane)));
      const notes = isByHand ? [{ text: text("room.pane.by_hand"), isWarning: true }] : [];
      const isOther = index !== panes.activeIndex();
      const relation = here && there && isOther && isOn && relationOf(uidOf(there.series), uid, byHand);
      if (!here || !there || !relation) return notes;
      const plane = planeOf(there.scene, there.series.geometry, there.scene.active);
      const isOutside = covers(here, { ...plane, point: carried(plane.point, relation) }) === false;
      return isOutside ? [...notes, { text: text("room.pane.outside"), isWarning: true }] : notes;
    },
  };
}

const uidOf = (series: { header: { frame_of_reference_uid: string | null } }): string | null =>
  series.header.frame_of_reference_uid;

function isJoined(link: Link, uid: string, pane: Pane): boolean {
  const picture = pane.picture();
  const other = picture ? uidOf(picture.series) : null;
  return other !== null && other !== uid && joins(link, uid, other);
}

/** The frame of reference of a pane and the point in the middle of its active viewport. */
function pointOf(pane: Pane): [string, Vec3] | null {
  const picture = pane.picture();
  const uid = picture?.series.header.frame_of_reference_uid;
  if (!picture || !uid || !picture.series.geometry.isInPatient) return null;
  return [uid, planeOf(picture.scene, picture.series.geometry, picture.scene.active).point];
}
