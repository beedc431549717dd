/** Panes that go through the patient together: in one frame of reference, or laid upon each other. */
import { IDENTITY, shifted } from "../lib/affine";
import type { Plane } from "../lib/planes";
import type { Vec3 } from "../lib/vectors";
import type { Link } from "../wire/types";
import type { Picture } from "./display";
import type { Heading } from "./grid";
import { covers, linkedHere, scrolledPlanes, scrolledTo, steepness } from "./linking";
import type { Text } from "./overlay";
import type { Pane } from "./pane_contract";
import type { Panes } from "./panes";
import { carriedPlane, carriesPoints, type Laid, type Registered, type Relation, relationOf } from "./registered";
import { planeOf, type Scene, shownViewports } from "./scene";

export type Links = {
  isOn(): boolean;
  byHand(): readonly Link[];
  set(isOn: boolean, byHand?: readonly Link[]): void;
  /** Lays the active pane upon another, see the viewer's; false where there is nothing to lay it upon. */
  linkHere(): boolean;
  /** The other panes go where this one was scrolled to. */
  follow(index: number, before: Scene, after: Scene): void;
  /** What the room's studies, or people, lay upon each other. */
  setRegistered(all: readonly Registered[]): void;
  laid: Laid;
  /** The planes of the active pane in this frame of reference, where it is theirs or laid upon theirs. */
  activePlanes(frame_of_reference_uid: string | null): Plane[];
  /** What is written beside a pane: who laid it upon others, and why it does not follow the active one. */
  notesOf(index: number): Heading["notes"];
};

/** The room takes no more. */
const MOST_LINKS = 8;

export function createLinks(panes: Panes, text: Text): Links {
  let isOn = false;
  let byHand: readonly Link[] = [];
  let registered: readonly Registered[] = [];

  const laid: Laid = (from, to) =>
    relationOf(from, to, [...registered, ...byHand.map((link) => ofLink(link, text("room.pane.by_hand")))]);

  /** Each only once: several panes may be laid upon this one by the same. */
  function laidUpon(uid: string): Exclude<Relation, { by: "frame_of_reference" }>[] {
    const found = panes.shown().flatMap((pane) => {
      const there = pane.picture();
      const relation = there ? laid(uidOf(there.series), uid) : null;
      return relation && relation.by !== "frame_of_reference" ? [relation] : [];
    });
    return found.filter((one, index) => found.findIndex(({ words }) => words === one.words) === index);
  }

  return {
    isOn: () => isOn,
    byHand: () => byHand,
    set(on, links = byHand) {
      isOn = on;
      byHand = links;
    },
    setRegistered(all) {
      registered = all;
    },
    laid,
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
          const relation = there && laid(uidOf(from), uidOf(there.series));
          if (!there || !relation) continue;
          const next = scrolledTo(there, carriedPlane(plane, relation));
          if (next !== there.scene) pane.put(next);
        }
      }
    },
    activePlanes(frame_of_reference_uid) {
      const there = panes.active().picture();
      const relation = there && laid(uidOf(there.series), frame_of_reference_uid);
      if (!there || !relation || !carriesPoints(relation)) return [];
      const { scene, series } = there;
      return shownViewports(scene).map((id) => carriedPlane(planeOf(scene, series.geometry, id), relation));
    },
    notesOf(index) {
      const [here, there] = [panes.at(index)?.picture(), panes.active().picture()];
      const uid = here ? uidOf(here.series) : null;
      if (!here || uid === null) return [];
      const notes = laidUpon(uid).map((relation) => ({
        text: rightOf(relation),
        isWarning: relation.by === "hand",
        hasOwnLine: true,
      }));
      const why = there && isOn && index !== panes.activeIndex() ? refusalOf(here, there) : "";
      return why ? [...notes, { text: why, isWarning: true }] : notes;
    },
  };

  function rightOf({ words, others }: Exclude<Relation, { by: "frame_of_reference" }>): string {
    return others === 0 ? words : text("room.registration.latest", { words, count: others + 1 });
  }

  /** Why `here` does not follow what is scrolled `there`; empty where it does. */
  function refusalOf(here: Picture, there: Picture): string {
    if (!here.series.geometry.isInPatient || !there.series.geometry.isInPatient) return "";
    const relation = laid(uidOf(there.series), uidOf(here.series));
    if (!relation) return text("room.pane.unregistered");
    const plane = carriedPlane(planeOf(there.scene, there.series.geometry, there.scene.active), relation);
    const isCovered = covers(here, plane);
    if (isCovered === false) return text("room.pane.outside");
    if (relation.by === "frame_of_reference") return "";
    const degrees = Math.round(steepness(here, plane));
    if (isCovered === null) return text("room.pane.steep", { degrees });
    // The slices are the nearest, and not the same.
    return degrees >= 1 ? text("room.pane.tilted", { degrees }) : "";
  }
}

function ofLink(link: Link, words: string): Registered {
  const frames = [
    { frame_of_reference_uid: link.from_frame_of_reference_uid, matrix: shifted(link.by_mm) },
    { frame_of_reference_uid: link.to_frame_of_reference_uid, matrix: IDENTITY },
  ];
  // It was laid by slices that were looked at, at the middles of two panes.
  return { frames, by: "hand", made: "", words, isSlicesOnly: true };
}

const uidOf = (series: { header: { frame_of_reference_uid: string | null } }): string | null =>
  series.header.frame_of_reference_uid;

/** The frame of reference of a pane and the point in the middle of its active viewport. */
function pointOf(pane: Pane): [string, Vec3] | null {
  const picture = pane.picture();
  const uid = picture?.series.header.frame_of_reference_uid;
  if (!picture || !uid || !picture.series.geometry.isInPatient) return null;
  return [uid, planeOf(picture.scene, picture.series.geometry, picture.scene.active).point];
}
