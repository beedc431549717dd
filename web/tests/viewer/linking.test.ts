import { describe, expect, test } from "vitest";
import type { Vec3 } from "../../src/lib/vectors";
import { stackGeometry } from "../../src/viewer/geometry";
import { covers, type Standing, scrolledPlanes, scrolledTo, steepness } from "../../src/viewer/linking";
import type { PackHeader } from "../../src/viewer/pack";
import { firstScene, planeOf, type Scene } from "../../src/viewer/scene";
import { header } from "./make";

const WINDOW = { center: 40, width: 80 };

function standing(of: PackHeader, frame = 0): Standing {
  const geometry = stackGeometry(of);
  return { scene: firstScene(geometry, { frame, window: WINDOW }), series: { header: of, geometry } };
}

const plane = ({ scene, series }: Standing, at: Scene = scene) => planeOf(at, series.geometry, "stack");

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

  test("says how steep the slices stand", () => {
    const tilt = Math.PI / 9;
    const tilted = { ...plane(here), normal: [0, Math.sin(tilt), -Math.cos(tilt)] as Vec3 };
    expect(steepness(here, tilted)).toBeCloseTo(20, 9);
    // From below or from above, the slices are the same.
    expect(steepness(here, { ...tilted, normal: [0, -Math.sin(tilt), Math.cos(tilt)] })).toBeCloseTo(20, 9);
    expect(covers(here, tilted)).toBe(true);
  });
});
