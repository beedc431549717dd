import { expect, test } from "vitest";
import { sayAge } from "../../src/pages/age";

const MINUTE = 60_000;

test.each([
  [0, "0 min"],
  [59 * MINUTE + 59_999, "59 min"],
  [65 * MINUTE, "1 h 05"],
  [47 * 60 * MINUTE, "47 h 00"],
  [49 * 60 * MINUTE, "2 j"],
])("%d ms are said as %s", (elapsed, said) => {
  expect(sayAge(elapsed, "j")).toBe(said);
});

test("a clock that is behind the server's shows no negative age", () => {
  expect(sayAge(-MINUTE, "j")).toBe("0 min");
});
