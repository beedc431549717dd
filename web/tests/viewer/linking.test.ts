import { describe, expect, test } from "vitest";
import type { Vec3 } from "../../src/lib/vectors";
import { stackGeometry } from "../../src/viewer/geometry";
import { carried, covers, linkedHere, relationOf, type Standing, scrolledPlanes, scrolledTo } from "../../src/viewer/linking";
import type { PackHeader } from "../../src/viewer/pack";
import { firstScene, planeOf, type Scene } from "../../src/viewer/scene";
import { header } from "./make";

const WINDOW = { center: 40, width: 80 };

function standing(of: PackHeader, frame = 0): Standing {
  const geometry = stackGeometry(of);
  return { scene: firstScene(geometry, { frame, window: WINDOW }), series: { header: of, geometry } };
}

const plane = ({ scene, series }: Standing, at: Scene = scene) => planeOf(at, series.geometry, "stack");

describe("by which right", () => {
  const link = { from_frame_of_reference_uid: "a", to_frame_of_reference_uid: "b", by_mm: [1, -2, 30] as Vec3 };

  test("one frame of reference needs nobody's hand", () => {
    expect(relationOf("a", "a", [])).toEqual({ by: "frame_of_reference" });
  });

  test("two frames of reference, or none, have nothing in common by themselves", () => {
    expect(relationOf("a", "b", [])).toBeNull();
    expect(relationOf(null, null, [link])).toBeNull();
  });

  test("a link leads there and back: p_to = p_from + by_mm", () => {
    const [there, back] = [relationOf("a", "b", [link]), relationOf("b", "a", [link])];
    expect(there && carried([10, 20, 30], there)).toEqual([11, 18, 60]);
    expect(back && carried([11, 18, 60], back)).toEqual([10, 20, 30]);
  });

  test("a new link between the two takes the place of the old one, whichever way it ran", () => {
    const next = linkedHere([link], ["b", [0, 0, 5]], ["a", [0, 0, 7]]);
    expect(next).toEqual([{ from_frame_of_reference_uid: "b", to_frame_of_reference_uid: "a", by_mm: [0, 0, 2] }]);
  });
});

describe("scrolling", () => {
  const here = standing(header(), 1);

  test("goes to the slice at the same place of the patient", () => {
    const scrolled = { ...here.scene, frame: 3 };
    const [moved] = scrolledPlanes(here.scene, scrolled, here.series.geometry);
    if (!moved) throw new Error("it did not move");
    expect(scrolledTo(standing(header(), 0), moved).frame).toBe(3);
  });

  test("is told apart from another window, zoom or pan", () => {
    const panned = { ...here.scene, window: { center: 1, width: 2 }, stack: { ...here.scene.stack, right_mm: 30 } };
    expect(scrolledPlanes(here.scene, panned, here.series.geometry)).toEqual([]);
  });

  test("beyond the last slice shows nothing as matching", () => {
    const other = standing(header(), 2);
    const far = { ...plane(here), point: [0, 0, 4000] as Vec3 };
    expect(covers(other, far)).toBe(false);
    expect(scrolledTo(other, far)).toBe(other.scene);
  });

  test("does not move planes that stand across", () => {
    const other = standing(header(), 2);
    const across = { ...plane(here), normal: [1, 0, 0] as Vec3 };
    expect(covers(other, across)).toBeNull();
    expect(scrolledTo(other, across)).toBe(other.scene);
  });
});
