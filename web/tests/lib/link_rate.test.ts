import { expect, test } from "vitest";
import { linkRate_mbit_s } from "../../src/lib/link_rate";

const noted = (transferSize: number, responseStart: number, responseEnd: number) => ({
  transferSize,
  responseStart,
  responseEnd,
});

test("the line is as fast as the best of what came over it", () => {
  // 125,000 bytes in 500 ms are 2 Mbit/s; the other had half of the line.
  expect(linkRate_mbit_s([noted(125_000, 100, 600), noted(62_500, 600, 1100)])).toBe(2);
});

test("what is small or came from the cache tells nothing", () => {
  expect(linkRate_mbit_s([noted(300, 5, 5), noted(0, 1, 2), noted(900, 1, 1.1), noted(50_000, 3, 3)])).toBeNull();
});

test("what is large enough not to come in one go is believed before what is not", () => {
  // 80 Mbit/s, but in one go; and 1 Mbit/s.
  expect(linkRate_mbit_s([noted(20_000, 0, 2), noted(125_000, 0, 1000)])).toBe(1);
  expect(linkRate_mbit_s([noted(20_000, 0, 2)])).toBe(80);
});
