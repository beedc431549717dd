import { describe, expect, test } from "vitest";
import { edgeLetters } from "../../src/lib/orientation";
import { flipped, rotated, type Turn, turnedSize, turnedUp, turnOf, UNTURNED } from "../../src/viewer/turning";

// An axial image as it lies: looked at from the feet, front at the top, the patient's right on the left.
const AXIAL = { normal: [0, 0, -1], up: [0, -1, 0] } as const;
const lying = { normal: [...AXIAL.normal], up: [...AXIAL.up] } as { normal: [number, number, number]; up: [number, number, number] };

const letters = (turn: Turn): string => {
  const { top, right, bottom, left } = edgeLetters({
    normal: lying.normal,
    up: turnedUp(lying, turn),
    isMirrored: turn.isMirrored,
  });
  return top + right + bottom + left;
};

describe("rotating and flipping", () => {
  test("letters go around with the picture, from the top clockwise", () => {
    expect(letters(UNTURNED)).toBe("ALPR");
    const once = rotated(UNTURNED);
    expect(letters(once)).toBe("RALP");
    expect(letters(rotated(once))).toBe("PRAL");
    expect(letters(rotated(rotated(once)))).toBe("LPRA");
  });

  test("a flip exchanges left and right of the screen, whatever was done before", () => {
    expect(letters(flipped(UNTURNED))).toBe("ARPL");
    expect(letters(flipped(rotated(UNTURNED)))).toBe("RPLA");
  });

  test("a flipped picture still turns clockwise on the screen", () => {
    // What was on the left (L) comes to the top.
    expect(letters(rotated(flipped(UNTURNED)))).toBe("LARP");
  });

  test("four turns and two flips are none", () => {
    expect([1, 2, 3, 4].reduce(rotated, flipped(UNTURNED))).toEqual(flipped(UNTURNED));
    expect(flipped(flipped(UNTURNED))).toEqual(UNTURNED);
  });

  test("is read back from the direction at the top, and from nothing between quarters", () => {
    for (const quarters of [0, 1, 2, 3] as const) {
      const turn = { quarters, isMirrored: true };
      expect(turnOf(lying, { up: turnedUp(lying, turn), mirrored: true })).toEqual(turn);
    }
    expect(turnOf(lying, { up: [Math.SQRT1_2, -Math.SQRT1_2, 0] })).toBeNull();
  });

  test("width and height change places under one quarter, not under two", () => {
    expect(turnedSize([3, 2], rotated(UNTURNED))).toEqual([2, 3]);
    expect(turnedSize([3, 2], rotated(rotated(UNTURNED)))).toEqual([3, 2]);
  });
});
