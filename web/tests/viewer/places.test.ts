import { expect, test } from "vitest";
import { placesOn } from "../../src/viewer/places";

const all = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

test("a wide screen shows panes as they are arranged", () => {
  expect(placesOn({ width: 1200, height: 800 }, { rows: 2, columns: 3 }, 0)).toEqual({ rows: 2, columns: 3, shown: all(6) });
});

test("a tall screen puts panes that stand side by side below each other", () => {
  expect(placesOn({ width: 390, height: 600 }, { rows: 1, columns: 3 }, 0)).toEqual({ rows: 3, columns: 1, shown: all(3) });
  expect(placesOn({ width: 390, height: 600 }, { rows: 2, columns: 2 }, 0)).toEqual({ rows: 2, columns: 2, shown: all(4) });
});

test("a screen too small for all shows as many as fit, the active one among them", () => {
  expect(placesOn({ width: 240, height: 200 }, { rows: 3, columns: 3 }, 7)).toEqual({
    rows: 2,
    columns: 2,
    shown: [0, 1, 2, 7],
  });
  expect(placesOn({ width: 100, height: 80 }, { rows: 2, columns: 2 }, 3)).toEqual({ rows: 1, columns: 1, shown: [3] });
});

test("a page that is not laid out hides nothing", () => {
  expect(placesOn({ width: 0, height: 0 }, { rows: 3, columns: 3 }, 8).shown).toEqual(all(9));
});
