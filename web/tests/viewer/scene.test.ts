import { describe, expect, test } from "vitest";
import { scaleToShow, toScreen, toWorld } from "../../src/lib/planes";
import { IDENTITY } from "../../src/lib/affine";
import type { Vec3 } from "../../src/lib/vectors";
import { stackGeometry } from "../../src/viewer/geometry";
import type { PackHeader } from "../../src/viewer/pack";
import {
  atStep,
  cameraOf,
  firstScene,
  panned,
  planeOf,
  resetScene,
  type Scene,
  stepOf,
  throughPoint,
  visibleFov,
  withLayout,
  zoomed,
} from "../../src/viewer/scene";
import { type Laid, relationOf } from "../../src/viewer/registered";
import { followed, awayFrom, isSameView, paneOf, type Shown } from "../../src/viewer/sharing";
import { slabAt, withSlab } from "../../src/viewer/slabs";
import { EVERYTHING } from "../../src/wire/facets";
import { flatHeader, header, tiltedHeader } from "./make";

const WIDE = { width: 1280, height: 720 };
const TALL = { width: 400, height: 900 };
const WINDOW = { center: 40, width: 80 };

function shownOf(of: PackHeader): Shown {
  return {
    header: of,
    geometry: stackGeometry(of),
    frameIndex: (sop, frame) => of.frames.findIndex((one) => one.sop_instance_uid === sop && one.frame === frame),
  };
}

const start = (shown: Shown, frame = 2): Scene => firstScene(shown.geometry, { frame, window: WINDOW });

describe("a camera", () => {
  const shown = shownOf(header());

  test("shows the whole image in a viewport of any shape", () => {
    const scene = start(shown);
    for (const size of [WIDE, TALL]) {
      const seen = visibleFov(cameraOf(scene, shown.geometry, "stack", size), size);
      expect(Math.min(seen[0], seen[1])).toBeCloseTo(256, 9);
    }
  });
  test("zooms around the point under the hand", () => {
    const scene = start(shown);
    const before = cameraOf(scene, shown.geometry, "stack", WIDE);
    const around = toWorld(before, WIDE, 900, 200);
    const closer = zoomed(scene, shown.geometry, { id: "stack", size: WIDE, factor: 2.5, around });
    const after = cameraOf(closer, shown.geometry, "stack", WIDE);
    expect(after.mm_per_px).toBeCloseTo(before.mm_per_px / 2.5, 9);
    expect(toScreen(after, WIDE, around)[0]).toBeCloseTo(900, 6);
    expect(toScreen(after, WIDE, around)[1]).toBeCloseTo(200, 6);
  });
  test("pans the image with the hand", () => {
    const scene = start(shown);
    const point: Vec3 = [10, 20, 104];
    const [x, y] = toScreen(cameraOf(scene, shown.geometry, "stack", WIDE), WIDE, point);
    const moved = panned(scene, shown.geometry, { id: "stack", size: WIDE, right_px: 33, down_px: -12 });
    const [x2, y2] = toScreen(cameraOf(moved, shown.geometry, "stack", WIDE), WIDE, point);
    expect([x2 - x, y2 - y].map((by) => Math.round(by * 1e6) / 1e6)).toEqual([33, -12]);
  });
});

test("scrolling a tilted stack keeps the picture where it is on the screen", () => {
  const shown = shownOf(tiltedHeader());
  const { geometry } = shown;
  const scene = panned(start(shown, 1), geometry, { id: "stack", size: WIDE, right_px: 40, down_px: 25 });
  const next = atStep(scene, geometry, "stack", 4);
  const corner = (at: Scene): [number, number] =>
    toScreen(cameraOf(at, geometry, "stack", WIDE), WIDE, geometry.frames[at.frame]?.origin ?? [0, 0, 0]);
  expect(corner(next)[0]).toBeCloseTo(corner(scene)[0], 6);
  expect(corner(next)[1]).toBeCloseTo(corner(scene)[1], 6);
});

describe("planes through a volume", () => {
  const shown = shownOf(header());
  const { geometry } = shown;
  const mpr = withLayout(start(shown, 3), geometry, "mpr");

  test("open where the stack stood", () => {
    expect(planeOf(mpr, geometry, "axial").point[2]).toBe(106);
    expect(stepOf(mpr, geometry, "axial")).toEqual({ index: 3, count: 5 });
  });
  test("move through a point along their normals only", () => {
    const moved = throughPoint(mpr, geometry, [31.2, -44.9, 101.2], ["sagittal", "coronal"]);
    expect(planeOf(moved, geometry, "sagittal").point[0]).toBeCloseTo(31.25, 9);
    expect(planeOf(moved, geometry, "coronal").point[1]).toBeCloseTo(-44.75, 9);
    expect(planeOf(moved, geometry, "axial").point[2]).toBe(106);
    expect(planeOf(moved, geometry, "sagittal").point[1]).toBe(planeOf(mpr, geometry, "sagittal").point[1]);
  });
  test("give the stack back at the slice of the active plane", () => {
    expect(withLayout(atStep(mpr, geometry, "axial", 1), geometry, "stack").frame).toBe(1);
  });
});

describe("a follower with another screen", () => {
  const shown = shownOf(header());
  const { geometry } = shown;
  const wide = (): typeof WIDE => WIDE;
  const tall = (): typeof TALL => TALL;
  const presenter = panned(
    zoomed({ ...start(shown, 4), window: { center: 100, width: 300 } }, geometry, {
      id: "stack",
      size: WIDE,
      factor: 2,
      around: [40, 10, 108],
    }),
    geometry,
    { id: "stack", size: WIDE, right_px: 100, down_px: 60 },
  );
  const view = paneOf(presenter, shown, wide);
  const follower = followed(start(shown, 0), shown, view, EVERYTHING);

  test("stands on the same instance, in the same window, around the same point", () => {
    if (!follower) throw new Error("not followed");
    expect(follower.frame).toBe(4);
    expect(follower.window).toEqual({ center: 100, width: 300 });
    expect(planeOf(follower, geometry, "stack").point).toEqual(planeOf(presenter, geometry, "stack").point);
    expect(isSameView(follower, shown, view, EVERYTHING, tall)).toBe(true);
  });
  test("sees at least what the presenter sees", () => {
    if (!follower) throw new Error("not followed");
    const seen = visibleFov(cameraOf(follower, geometry, "stack", TALL), TALL);
    const asked = view.viewports[0]?.fov_mm ?? [0, 0];
    expect(seen[0]).toBeGreaterThanOrEqual(asked[0] - 1e-9);
    expect(seen[1]).toBeGreaterThanOrEqual(asked[1] - 1e-9);
  });
  test("passes the view on as it came, so that changes of hands do not zoom out", () => {
    if (!follower) throw new Error("not followed");
    expect(paneOf(follower, shown, tall).viewports[0]?.fov_mm).toEqual(view.viewports[0]?.fov_mm);
  });
  test("takes over only the parts that it follows", () => {
    const own = start(shown, 0);
    const sliceOnly = followed(own, shown, view, { slice: true, window: false, zoom: false, layout: true });
    expect(sliceOnly).toEqual({ ...own, frame: 4 });
    expect(isSameView(own, shown, view, { slice: false, window: false, zoom: false, layout: false }, tall)).toBe(true);
  });
  test("on another slice or in another window shows something else", () => {
    if (!follower) throw new Error("not followed");
    const elsewhere = atStep(follower, geometry, "stack", 3);
    expect(isSameView(elsewhere, shown, view, EVERYTHING, tall)).toBe(false);
    const paler = { ...follower, window: { center: 40, width: 300 } };
    expect(isSameView(paler, shown, view, EVERYTHING, tall)).toBe(false);
  });
});

test("a slab is followed with its plane, told with it, and taken away with it", () => {
  const shown = shownOf(header());
  const mpr = withLayout(start(shown), shown.geometry, "mpr");
  const slab = { blend: "mean" as const, thickness_mm: 7 };
  const view = paneOf(withSlab(mpr, "coronal", slab), shown, () => WIDE);
  expect(view.viewports.map((one) => one.slab)).toEqual([null, null, slab]);
  expect(isSameView(mpr, shown, view, EVERYTHING, () => WIDE)).toBe(false);
  const after = followed(mpr, shown, view, EVERYTHING) as Scene;
  expect(slabAt(after, "coronal")).toEqual(slab);
  expect(isSameView(after, shown, view, EVERYTHING, () => WIDE)).toBe(true);
  const back = followed(
    after,
    shown,
    paneOf(mpr, shown, () => WIDE),
    EVERYTHING,
  ) as Scene;
  expect(slabAt(back, "coronal")).toBeNull();
});

describe("a slice that is shown in another way", () => {
  const shown = shownOf(header());
  const view = paneOf(start(shown), shown, () => WIDE);
  const changed = (change: object): typeof view => ({
    ...view,
    viewports: view.viewports.map((one) => ({ ...one, ...change })),
  });
  const isSame = (other: typeof view): boolean => isSameView(start(shown), shown, other, EVERYTHING, () => WIDE);

  test("is the same only as it stands here", () => {
    expect(isSame(changed({ mirrored: false, slab: null }))).toBe(true);
  });
  test.each([
    ["turned by 90 degrees", { up: [-1, 0, 0] }],
    ["mirrored", { mirrored: true }],
    ["seen from the other side", { normal: [0, 0, 1] }],
    ["made thick", { slab: { blend: "mip", thickness_mm: 10 } }],
  ])("is not the same %s", (_, change) => {
    expect(isSame(changed(change))).toBe(false);
  });
});

describe("what lies over a pane", () => {
  const shown = shownOf(header());
  const layers = {
    overlays: false,
    shutters: true,
    objects: [{ sop_instance_uid: "1.9", hidden: [2], opacity: 0.4 }],
  };
  const view = paneOf({ ...start(shown), layers }, shown, () => WIDE);
  const isSame = (scene: Scene): boolean => isSameView(scene, shown, view, EVERYTHING, () => WIDE);

  test("travels with the view and is taken over by who follows", () => {
    const follower = followed(start(shown), shown, view, EVERYTHING);
    expect(follower?.layers).toEqual(layers);
    expect(follower && isSame(follower)).toBe(true);
  });
  test("makes a screen without it another picture", () => {
    expect(isSame(start(shown))).toBe(false);
    expect(isSame({ ...start(shown), layers: { ...layers, overlays: true } })).toBe(false);
    expect(isSame({ ...start(shown), layers: { ...layers, objects: [] } })).toBe(false);
  });
  test("stays when the picture is reset", () => {
    expect(resetScene({ ...start(shown), layers }, shown.geometry, { window: WINDOW }).layers).toEqual(layers);
  });
  test("of another series does not come over this one", () => {
    const other = shownOf(header({ series_uid: "1.2.99" }));
    expect(followed(start(other), other, view, EVERYTHING)?.layers.objects).toEqual([]);
  });
});

describe("a view of another series", () => {
  const axial = shownOf(header());
  const sameFrame = shownOf(header({ series_uid: "1.2.99" }));
  const view = paneOf(start(axial, 3), axial, () => WIDE);

  test("of the same place leads to the nearest slice", () => {
    expect(followed(start(sameFrame, 0), sameFrame, view, EVERYTHING)?.frame).toBe(3);
  });
  test("of the same place is never the same image", () => {
    const there = followed(start(sameFrame, 0), sameFrame, view, EVERYTHING);
    expect(there && isSameView(there, sameFrame, view, EVERYTHING, () => WIDE)).toBe(false);
  });
  test("whose slice lies outside of the stack is not followed", () => {
    const far = { ...view, viewports: view.viewports.map((one) => ({ ...one, point_world_mm: [0, 0, 400] as Vec3 })) };
    expect(followed(start(sameFrame, 0), sameFrame, far, EVERYTHING)).toBeNull();
  });
  /** The view's place laid upon 1.2.77: turned about x by so many degrees, then 8 mm up. */
  const laidAt =
    (degrees: number): Laid =>
    (from, to) => {
      const [c, s] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
      const matrix = [1, 0, 0, 0, 0, c, -s, 0, 0, s, c, 8, 0, 0, 0, 1];
      const frames = [
        { frame_of_reference_uid: axial.header.frame_of_reference_uid ?? "", matrix },
        { frame_of_reference_uid: "1.2.77", matrix: IDENTITY },
      ];
      return relationOf(from, to, [{ frames, by: "file", made: "", words: "REG", isSlicesOnly: false }]);
    };
  const elsewhereLaid = shownOf(header({ series_uid: "1.2.98", frame_of_reference_uid: "1.2.77" }));

  test("of another place leads through a registration to the nearest slice by its own normal", () => {
    // The first slice's middle is (0, 0, 100). As it is it comes to 108 mm; turned by 20 degrees to 100 cos 20 + 8 = 102 mm.
    const first = paneOf(start(axial, 0), axial, () => WIDE);
    expect(followed(start(elsewhereLaid, 0), elsewhereLaid, first, EVERYTHING, laidAt(0))?.frame).toBe(4);
    expect(followed(start(elsewhereLaid, 0), elsewhereLaid, first, EVERYTHING, laidAt(20))?.frame).toBe(1);
  });
  test("of a place laid upon this one slice by slice moves no plane that stands across", () => {
    const slices: Laid = (from, to) => {
      const relation = laidAt(0)(from, to);
      return relation && relation.by !== "frame_of_reference" ? { ...relation, isSlicesOnly: true } : relation;
    };
    const mpr = withLayout(start(elsewhereLaid, 0), elsewhereLaid.geometry, "mpr");
    const aside = { ...view, viewports: view.viewports.map((one) => ({ ...one, point_world_mm: [40, 30, 98] as Vec3 })) };
    const after = followed(mpr, elsewhereLaid, aside, EVERYTHING, slices) as Scene;
    expect(after.planes.axial.centre[2]).toBe(106);
    expect(after.planes.sagittal.centre).toEqual(mpr.planes.sagittal.centre);
    expect(after.planes.coronal.centre).toEqual(mpr.planes.coronal.centre);
    const whole = followed(mpr, elsewhereLaid, aside, EVERYTHING, laidAt(0)) as Scene;
    expect(whole.planes.sagittal.centre[0]).not.toBe(mpr.planes.sagittal.centre[0]);
  });
  test("of another place whose slices stand steep to these is not followed", () => {
    expect(followed(start(elsewhereLaid, 0), elsewhereLaid, view, EVERYTHING, laidAt(60))).toBeNull();
    expect(awayFrom(start(elsewhereLaid, 0), elsewhereLaid, view, laidAt(60))).toBe("steep");
    expect(awayFrom(start(elsewhereLaid, 0), elsewhereLaid, view, laidAt(0))).toBe("outside");
  });
  test("of another place is not followed, and neither is one without any place", () => {
    const elsewhere = shownOf(header({ series_uid: "1.2.98", frame_of_reference_uid: "1.2.77" }));
    expect(followed(start(elsewhere, 0), elsewhere, view, EVERYTHING)).toBeNull();
    const flat = shownOf(flatHeader());
    expect(followed(start(flat, 0), flat, { ...view, frame_of_reference_uid: null }, EVERYTHING)).toBeNull();
  });
});

test("a page that is not shown tells a field that others can use", () => {
  const shown = shownOf(header());
  const view = paneOf(start(shown), shown, () => ({ width: 0, height: 0 }));
  expect(view.viewports[0]?.fov_mm).toEqual([256, 256]);
  const broken = { ...view, viewports: view.viewports.map((one) => ({ ...one, fov_mm: [0, 0] as [number, number] })) };
  expect(followed(start(shown), shown, broken, EVERYTHING)?.stack.fov_mm).toBeNull();
});

test("frames of one file are told apart by their number", () => {
  const shown = shownOf(flatHeader());
  const view = paneOf(start(shown, 1), shown, () => WIDE);
  expect(view.viewports[0]?.frame).toBe(2);
  expect(followed(start(shown, 0), shown, view, EVERYTHING)?.frame).toBe(1);
});

test("reformats of a volume are followed plane by plane", () => {
  const shown = shownOf(header());
  const mpr = throughPoint(
    withLayout(start(shown), shown.geometry, "mpr"),
    shown.geometry,
    [20, 30, 106],
    ["axial", "sagittal", "coronal"],
  );
  const view = paneOf(mpr, shown, () => WIDE);
  const there = followed(start(shown, 0), shown, view, EVERYTHING);
  expect(there?.layout).toBe("mpr");
  expect(there && isSameView(there, shown, view, EVERYTHING, () => TALL)).toBe(true);
});

test("where reformats are refused a presenter's planes lead to the nearest slice, and never count as the same", () => {
  const volume = shownOf(header());
  const mpr = atStep(withLayout(start(volume), volume.geometry, "mpr"), volume.geometry, "axial", 4);
  const view = { ...paneOf(mpr, volume, () => WIDE), series_uid: "1.2.4" };
  const tilted = shownOf({ ...header({ kind: "stack", reason: "missing_slices" }), series_uid: "1.2.4" });
  const there = followed(start(tilted, 0), tilted, view, EVERYTHING);
  expect(there?.layout).toBe("stack");
  expect(there?.frame).toBe(4);
  expect(there && isSameView(there, tilted, view, EVERYTHING, () => WIDE)).toBe(false);
});

test("the scale to show a field is set by its longer side in that viewport", () => {
  expect(scaleToShow([200, 100], { width: 400, height: 400 })).toBe(0.5);
  expect(scaleToShow([200, 100], { width: 1000, height: 100 })).toBe(1);
});

test("a place is reached in another series of the same space, and not where that ends", () => {
  const [shown, sameFrame] = [shownOf(header()), shownOf({ ...header(), series_uid: "9.9" })];
  const view = paneOf(start(shown, 3), shown, () => WIDE);
  expect(awayFrom(start(sameFrame, 0), sameFrame, view)).toBeNull();
  const far = view.viewports.map((one) => ({ ...one, point_world_mm: [0, 0, 900] as Vec3 }));
  expect(awayFrom(start(sameFrame, 0), sameFrame, { ...view, viewports: far })).toBe("outside");
  const elsewhere = shownOf({ ...header(), series_uid: "9.9", frame_of_reference_uid: "7.7" });
  expect(awayFrom(start(elsewhere, 0), elsewhere, view)).toBe("unregistered");
});
