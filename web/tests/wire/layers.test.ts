import { expect, test } from "vitest";
import {
  changedObject,
  type FullLayers,
  isSameLayers,
  type Laid,
  layersOf,
  MOST_OBJECTS,
  NO_OBJECTS,
  withObject,
  withoutObject,
  written,
} from "../../src/wire/layers";

const laid = (sop_instance_uid: string, change: Partial<Laid> = {}): Laid => ({
  sop_instance_uid,
  hidden: [],
  opacity: 0.4,
  ...change,
});
const over = (...objects: Laid[]): FullLayers => ({ ...NO_OBJECTS, objects });

test("R41 a view without layers shows the markings of its files and no object", () => {
  expect(layersOf({})).toEqual({ overlays: true, shutters: true, objects: [] });
});

test("R41 what is left out of an object is what the server fills in", () => {
  expect(layersOf({ layers: { objects: [{ sop_instance_uid: "1.2" }] } }).objects).toEqual([
    { sop_instance_uid: "1.2", hidden: [], opacity: 1 },
  ]);
});

test("what is written is read back the same", () => {
  const layers = { ...over(laid("1.2", { hidden: [3, 1] })), shutters: false };
  expect(isSameLayers(layersOf({ layers: written(layers) }), layers)).toBe(true);
});

test("any difference that the eye can see makes them other layers", () => {
  const layers = over(laid("1.2"), laid("1.3"));
  for (const other of [
    { ...layers, overlays: false },
    { ...layers, shutters: false },
    over(laid("1.2")),
    over(laid("1.3"), laid("1.2")),
    over(laid("1.2"), laid("1.3", { hidden: [2] })),
    over(laid("1.2"), laid("1.3", { opacity: 0.8 })),
    over(laid("1.2"), laid("1.4")),
  ])
    expect(isSameLayers(layers, other)).toBe(false);
  expect(isSameLayers(over(laid("1", { hidden: [1, 2] })), over(laid("1", { hidden: [2, 1] })))).toBe(true);
});

test("an object comes on top, once, and no more than the room takes", () => {
  const layers = over(laid("1"), laid("2"));
  expect(withObject(layers, laid("1"))?.objects.map((one) => one.sop_instance_uid)).toEqual(["2", "1"]);
  const full = over(...Array.from({ length: MOST_OBJECTS }, (_, index) => laid(`1.${index}`)));
  expect(withObject(full, laid("9"))).toBeNull();
  expect(withObject(full, laid("1.0"))).not.toBeNull();
  expect(withoutObject(layers, "1").objects).toEqual([laid("2")]);
});

test("no more parts are hidden than the room takes", () => {
  const many = Array.from({ length: 129 }, (_, number) => number);
  expect(changedObject(over(laid("1")), "1", { hidden: many })).toBeNull();
  expect(changedObject(over(laid("1")), "1", { hidden: many.slice(1) })?.objects[0]?.hidden).toHaveLength(128);
});
