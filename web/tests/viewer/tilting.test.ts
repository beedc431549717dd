import { describe, expect, test } from "vitest";
import { edgeLetters } from "../../src/lib/orientation";
import { heightAbove } from "../../src/lib/planes";
import { cross, dot, type Vec3 } from "../../src/lib/vectors";
import { REFORMATS, stackGeometry } from "../../src/viewer/geometry";
import {
  atStep,
  cameraOf,
  centredOn,
  crosshairOf,
  firstScene,
  panned,
  planeOf,
  resetScene,
  type Scene,
  stepOf,
  throughPoint,
  withLayout,
  withTurn,
} from "../../src/viewer/scene";
import { followed, isSameView, paneOf } from "../../src/viewer/sharing";
import { angleBetween, facedAs, isGripped, isHeld, isOblique, straightened, tilted } from "../../src/viewer/tilting";
import { EVERYTHING } from "../../src/wire/facets";
import { header } from "./make";

const SIZE = { width: 600, height: 500 };
const WINDOW = { center: 40, width: 80 };
const of = header({}, 50);
const geometry = stackGeometry(of);
const shown = {
  header: of,
  geometry,
  frameIndex: (sop: string, frame: number) =>
    of.frames.findIndex((one) => one.sop_instance_uid === sop && one.frame === frame),
};
const fresh = (): Scene => withLayout(firstScene(geometry, { frame: 0, window: WINDOW }), geometry, "mpr");
/** Planes through (10, -20, 140), the axial one panned away from it. */
const start = (): Scene =>
  centredOn(throughPoint(fresh(), geometry, [10, -20, 140], REFORMATS), geometry, "axial", [0, 0, 140]);
const rad = (degrees: number): number => (degrees * Math.PI) / 180;
const close = (a: Vec3, b: Vec3): void => a.forEach((value, axis) => expect(value).toBeCloseTo(b[axis] as number, 9));

describe("a tilt", () => {
  test("turns the two other planes about the crosshair, by the right hand about the normal looked along", () => {
    const scene = tilted(start(), "axial", rad(30));
    // The axial plane is looked at from the feet, its normal (0, 0, -1): left-handed about z, x goes towards -y.
    close(planeOf(scene, geometry, "sagittal").normal, [Math.cos(rad(30)), -Math.sin(rad(30)), 0]);
    close(planeOf(scene, geometry, "sagittal").up, [0, 0, 1]);
    close(planeOf(scene, geometry, "coronal").normal, [-Math.sin(rad(30)), -Math.cos(rad(30)), 0]);
    expect(planeOf(scene, geometry, "axial")).toEqual(planeOf(start(), geometry, "axial"));
  });

  test("leaves the point where the planes meet where it was", () => {
    const before = crosshairOf(start());
    const scene = tilted(tilted(start(), "axial", rad(30)), "sagittal", rad(-20));
    close(crosshairOf(scene), before);
    for (const id of REFORMATS) expect(heightAbove(planeOf(scene, geometry, id), before)).toBeCloseTo(0, 9);
  });

  test("keeps the planes at right angles", () => {
    const scene = tilted(tilted(tilted(start(), "axial", rad(30)), "coronal", rad(50)), "sagittal", rad(-20));
    const [a, b, c] = REFORMATS.map((id) => planeOf(scene, geometry, id));
    if (!a || !b || !c) throw new Error("three planes");
    for (const [one, other] of [
      [a, b],
      [b, c],
      [a, c],
    ] as const)
      expect(dot(one.normal, other.normal)).toBeCloseTo(0, 9);
    for (const plane of [a, b, c]) expect(dot(plane.normal, plane.up)).toBeCloseTo(0, 9);
  });

  test("gives edges between two directions the letters of both, the nearer first", () => {
    const scene = tilted(start(), "axial", rad(30));
    const letters = edgeLetters(cameraOf(scene, geometry, "sagittal", SIZE));
    // From the patient's left: the right edge looks to the back, turned 30 degrees it does so a little to the left or right.
    const right = cross(planeOf(scene, geometry, "sagittal").up, planeOf(scene, geometry, "sagittal").normal);
    close(right, [Math.sin(rad(30)), Math.cos(rad(30)), 0]);
    expect(letters).toEqual({ top: "H", bottom: "F", left: "AR", right: "PL" });
  });

  test("is nothing in a plane that is shown alone", () => {
    const alone = withLayout(start(), geometry, "axial");
    expect(tilted(alone, "axial", rad(30))).toBe(alone);
  });

  test("lets a tilted plane be scrolled along its own normal, and back", () => {
    const scene = tilted(start(), "axial", rad(30));
    const { index } = stepOf(scene, geometry, "sagittal");
    const there = atStep(scene, geometry, "sagittal", index + 4);
    expect(stepOf(there, geometry, "sagittal").index).toBe(index + 4);
    const before = planeOf(atStep(scene, geometry, "sagittal", index), geometry, "sagittal");
    expect(heightAbove(before, planeOf(there, geometry, "sagittal").point)).toBeCloseTo(4 * 0.5, 6);
  });
});

test("the planes are straightened where they met, and by a reset as well", () => {
  const before = crosshairOf(start());
  const scene = tilted(start(), "axial", rad(30));
  for (const straight of [straightened(scene, geometry), resetScene(scene, geometry, { window: WINDOW })]) {
    expect(REFORMATS.some((id) => isOblique(straight, id))).toBe(false);
    close(crosshairOf(straight), before);
  }
});

describe("another screen", () => {
  test("shows the very planes that were tilted, panned and turned", () => {
    const tipped = tilted(tilted(start(), "axial", rad(30)), "sagittal", rad(-12.3));
    const moved = panned(tipped, geometry, { id: "coronal", size: SIZE, right_px: 31, down_px: -17 });
    const scene = withTurn(moved, "coronal", { quarters: 3, isMirrored: true });
    const view = JSON.parse(JSON.stringify(paneOf(scene, shown, () => SIZE)));
    const other = followed(fresh(), shown, view, EVERYTHING);
    if (other === null) throw new Error("not followed");
    expect(isSameView(other, shown, view, EVERYTHING, () => ({ width: 300, height: 700 }))).toBe(true);
    for (const id of REFORMATS) {
      const [here, there] = [planeOf(scene, geometry, id), planeOf(other, geometry, id)];
      close(there.normal, here.normal);
      close(there.up, here.up);
      close(there.point, here.point);
    }
    expect(other.planes.coronal.quarters).toBe(3);
  });

  test("goes back to straight planes with the others", () => {
    const view = paneOf(start(), shown, () => SIZE);
    const other = followed(tilted(start(), "axial", rad(30)), shown, view, EVERYTHING);
    expect(other && REFORMATS.some((id) => isOblique(other, id))).toBe(false);
  });

  test("takes no plane from directions that make none", () => {
    expect(facedAs(start(), "axial", { normal: [0, 0, 1], up: [0, 0, 1] })).toBe(null);
    expect(facedAs(start(), "axial", { normal: [0, 0, 0], up: [0, 1, 0] })).toBe(null);
  });
});

describe("the hand", () => {
  const at = (x_px: number, y_px: number) => {
    const scene = throughPoint(fresh(), geometry, [0, 0, 140], REFORMATS);
    const centred = centredOn(scene, geometry, "axial", [0, 0, 140]);
    const camera = cameraOf(centred, geometry, "axial", SIZE);
    return isHeld(centred, geometry, { id: "axial", camera, size: SIZE, x_px, y_px, within_px: 6 });
  };

  test("holds a line by its outer part only", () => {
    // Lines through the middle, (300, 250); the inner part ends 0.28 * 500 = 140 px from it.
    expect(at(300, 250 + 180)).toBe(true);
    expect(at(305, 250 + 180)).toBe(true);
    expect(at(310, 250 + 180)).toBe(false);
    expect(at(300, 250 + 100)).toBe(false);
    expect(at(300 - 180, 250)).toBe(true);
  });

  test("of a finger holds only the marks: a swipe that begins on a line scrolls", () => {
    const scene = throughPoint(fresh(), geometry, [0, 0, 140], REFORMATS);
    const centred = centredOn(scene, geometry, "axial", crosshairOf(scene));
    const camera = cameraOf(centred, geometry, "axial", SIZE);
    const holds = (x_px: number, y_px: number): boolean =>
      isGripped(centred, geometry, { id: "axial", camera, size: SIZE, x_px, y_px, within_px: 24 });
    // Marks stand 0.38 * 500 = 190 px from the middle, (300, 250).
    expect(holds(300, 250 - 190)).toBe(true);
    expect(holds(300 + 20, 250 + 190 - 10)).toBe(true);
    expect(holds(300, 250 - 150)).toBe(false);
  });

  test("turns by the angle that it moves about the crosshair", () => {
    const scene = throughPoint(fresh(), geometry, [0, 0, 140], REFORMATS);
    const [x, y, z] = crosshairOf(scene);
    const there: Vec3 = [x + 50 * Math.cos(rad(20)), y + 50 * Math.sin(rad(20)), z];
    const angle = angleBetween(scene, "axial", [x + 50, y, z], there);
    // Towards the back, seen from the feet with the front at the top: clockwise.
    expect(angle).toBeCloseTo(rad(-20), 9);
  });
});
