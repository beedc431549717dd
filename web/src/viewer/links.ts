/** Panes that go through the patient together: in one frame of reference, or laid upon each other. */
import type { Plane } from "../lib/planes";
import { subtract } from "../lib/vectors";
import type { Registered } from "../wire/registered";
import type { Registration } from "../wire/types";
import type { Picture } from "./display";
import type { Heading } from "./grid";
import { covers, degreesBetween, STEEP_DEGREES, scrolledPlanes, scrolledTo, steepness } from "./linking";
import type { Spot } from "./matching";
import type { Text } from "./overlay";
import type { Pane } from "./pane_contract";
import type { Panes } from "./panes";
import { carriedPlane, carriesPoints, type Laid, type Relation, relationOf } from "./registered";
import { planeOf, type Scene, shownViewports } from "./scene";

/** `refused`: nothing to lay it upon, slices that stand across, or an object that joins the two. */
export type Proposal = { registration: Registration } | { refused: "nothing" | "steep" | "file" };

export type Links = {
  isOn(): boolean;
  set(isOn: boolean): void;
  /** What would lay the active pane upon another, see the viewer's. */
  slicesHere(): Proposal;
  /** The same of two points that are one place of the patient. */
  ofPoints(from: Spot, to: Spot): Proposal;
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

export function createLinks(panes: Panes, text: Text): Links {
  let isOn = false;
  let registered: readonly Registered[] = [];

  const laid: Laid = (from, to) => relationOf(from, to, registered);

  function proposed(from: Spot, to: Spot, how: Registration["how"]): Proposal {
    const [one, other] = [from.frame_of_reference_uid, to.frame_of_reference_uid];
    // What an object of the studies joins is not laid by hand: the two would be taken for one another.
    if (laid(one, other)?.by === "file") return { refused: "file" };
    const by_mm = subtract(to.point_world_mm, from.point_world_mm);
    return { registration: { from_frame_of_reference_uid: one, to_frame_of_reference_uid: other, by_mm, how } };
  }

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
    set(on) {
      isOn = on;
    },
    setRegistered(all) {
      registered = all;
    },
    laid,
    slicesHere() {
      const here = spotOf(panes.active());
      const others = panes.shown().flatMap((pane) => {
        const spot = pane === panes.active() ? null : spotOf(pane);
        return spot && spot.frame_of_reference_uid !== here?.frame_of_reference_uid ? [{ pane, spot }] : [];
      });
      // With more than one to choose from, that in which the hand was before: nobody has looked at the others for this.
      const other = others.length === 1 ? others[0] : others.find(({ pane }) => pane === panes.before());
      if (!here || !other) return { refused: "nothing" };
      const isSteep = degreesBetween(here.plane, other.spot.plane) > STEEP_DEGREES;
      return isSteep ? { refused: "steep" } : proposed(here, other.spot, "slices");
    },
    ofPoints: (from, to) => proposed(from, to, "points"),
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

const uidOf = (series: { header: { frame_of_reference_uid: string | null } }): string | null =>
  series.header.frame_of_reference_uid;

/** The middle of a pane's active viewport, where it has a place in a patient. */
function spotOf(pane: Pane): (Spot & { plane: Plane }) | null {
  const picture = pane.picture();
  const uid = picture?.series.header.frame_of_reference_uid;
  if (!picture || !uid || !picture.series.geometry.isInPatient) return null;
  const plane = planeOf(picture.scene, picture.series.geometry, picture.scene.active);
  return { frame_of_reference_uid: uid, point_world_mm: plane.point, plane };
}
