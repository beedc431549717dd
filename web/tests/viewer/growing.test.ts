import { expect, test } from "vitest";
import { stackGeometry } from "../../src/viewer/geometry";
import { sceneAfter } from "../../src/viewer/growing";
import type { PackHeader } from "../../src/viewer/pack";
import { firstScene, type Scene, withLayout } from "../../src/viewer/scene";
import { header } from "./make";

/** Slices of one CT, by their numbers; a volume where they follow each other. */
function stack(numbers: number[], isVolume = true) {
  const all = header({}, 9).frames;
  const frames = numbers.map((number) => all[number - 1] as PackHeader["frames"][number]);
  const of = header({ frames, ...(isVolume ? {} : { kind: "stack" as const, spacing_mm: null, reason: "uneven_spacing" as const }) });
  return {
    header: of,
    geometry: stackGeometry(of),
    frameIndex: (sop: string) => frames.findIndex((one) => one.sop_instance_uid === sop),
    volumeId: () => (isVolume ? "dxv:1" : null),
  };
}

const at = (of: ReturnType<typeof stack>, frame: number): Scene =>
  firstScene(of.geometry, { frame, window: { center: 1, width: 2 } });

test("the reader stays at the image that he looks at, wherever it lies in the stack now", () => {
  const [before, after] = [stack([4, 5, 6]), stack([2, 3, 4, 5, 6, 7])];
  const { scene, change } = sceneAfter(at(before, 1), before, after);
  expect(after.header.frames[scene.frame]?.sop_instance_uid).toBe("1.2.3.5");
  expect(scene.window).toEqual({ center: 1, width: 2 });
  expect(change).toEqual({ added: 3, isLost: false });
});

test("that the image looked at is gone is told", () => {
  const [before, after] = [stack([4, 5, 6]), stack([4, 6])];
  expect(sceneAfter(at(before, 1), before, after).change).toEqual({ added: 0, isLost: true });
});

test("planes through a volume become the acquired slice again where there is no volume any more", () => {
  const [before, after] = [stack([4, 5, 6]), stack([4, 5, 6, 9], false)];
  const { scene } = sceneAfter(withLayout(at(before, 2), before.geometry, "mpr"), before, after);
  expect([scene.layout, scene.active, scene.frame]).toEqual(["stack", "stack", 2]);
});
