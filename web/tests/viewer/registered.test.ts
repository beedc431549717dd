import { describe, expect, test } from "vitest";
import { IDENTITY, shifted } from "../../src/lib/affine";
import type { Vec3 } from "../../src/lib/vectors";
import { carried, carriesPoints, relationOf } from "../../src/viewer/registered";
import { isOverruled, type Registered } from "../../src/wire/registered";

/** (x, y, z) -> (10 - y, 20 + x, 30 + z) */
const QUARTER = [0, -1, 0, 10, 1, 0, 0, 20, 0, 0, 1, 30, 0, 0, 0, 1];

function registered(change: Partial<Registered> & { of?: Record<string, readonly number[]> } = {}): Registered {
  const { of = { a: QUARTER, b: IDENTITY }, ...rest } = change;
  const frames = Object.entries(of).map(([frame_of_reference_uid, matrix]) => ({ frame_of_reference_uid, matrix }));
  return { frames, by: "file", made: "20240312", words: "REG", isSlicesOnly: false, ...rest };
}

const from = (point: Vec3, one: string, other: string, all: Registered[]): Vec3 | null => {
  const relation = relationOf(one, other, all);
  return relation && (carried(point, relation).map((part) => Math.round(part * 1e9) / 1e9) as Vec3);
};

describe("by which right", () => {
  test("one frame of reference needs nobody", () => {
    expect(relationOf("a", "a", [registered()])).toEqual({ by: "frame_of_reference" });
  });

  test("two frames of reference, or none, have nothing in common by themselves", () => {
    expect(relationOf("a", "b", [])).toBeNull();
    expect(relationOf(null, null, [registered()])).toBeNull();
    expect(relationOf("a", "c", [registered()])).toBeNull();
  });

  test("a matrix leads there and back", () => {
    expect(from([1, 2, 3], "a", "b", [registered()])).toEqual([8, 21, 33]);
    expect(from([8, 21, 33], "b", "a", [registered()])).toEqual([1, 2, 3]);
  });

  test("two that lie upon the same space lie upon each other (PS3.3 C.20.2.1.1)", () => {
    const three = registered({ of: { a: QUARTER, b: shifted([0, 0, 5]), space: IDENTITY } });
    // (8, 21, 33) of the space is 5 mm lower in b.
    expect(from([1, 2, 3], "a", "b", [three])).toEqual([8, 21, 28]);
  });

  test("nothing is carried over one registration and then another", () => {
    const [one, other] = [registered({ of: { a: QUARTER, b: IDENTITY } }), registered({ of: { b: QUARTER, c: IDENTITY } })];
    expect(relationOf("a", "c", [one, other])).toBeNull();
  });

  test("an object of the studies counts before what a hand has laid, whichever is newer", () => {
    const hand = registered({ by: "hand", made: "30000101", words: "by hand", of: { a: IDENTITY, b: IDENTITY } });
    for (const all of [[hand, registered()], [registered(), hand]]) {
      expect(relationOf("a", "b", all)).toMatchObject({ by: "file", words: "REG", others: 0 });
    }
  });

  test("what a hand has laid between two that an object joins is said not to be applied", () => {
    const hand = registered({ by: "hand", of: { a: IDENTITY, b: IDENTITY } });
    expect(isOverruled(hand, [hand, registered()])).toBe(true);
    expect(isOverruled(hand, [hand, registered({ of: { a: IDENTITY, c: IDENTITY } })])).toBe(false);
    expect(isOverruled(registered(), [registered()])).toBe(false);
  });

  test("of two objects the one made last counts, and it is known that there is another", () => {
    const later = registered({ made: "20240313", words: "later", of: { a: IDENTITY, b: IDENTITY } });
    expect(relationOf("a", "b", [later, registered()])).toMatchObject({ words: "later", others: 1 });
  });

  test("slice upon slice carries no points", () => {
    const [whole, slices] = [relationOf("a", "b", [registered()]), relationOf("a", "b", [registered({ isSlicesOnly: true })])];
    expect(whole && carriesPoints(whole)).toBe(true);
    expect(slices && carriesPoints(slices)).toBe(false);
  });
});
