import { expect, test } from "vitest";
import { createRate } from "../../src/viewer/rate";

test("a rate is known once enough has come, and pauses do not count", () => {
  const rate = createRate();
  rate.began(1000);
  rate.took(5000, 1050);
  expect(rate.found()).toBeNull();
  rate.took(5000, 1200);
  expect(rate.found()).toBe(50);
  rate.began(60_000);
  expect(rate.found()).toBe(50);
  rate.took(20_000, 60_200);
  expect(rate.found()).toBe(100);
});

test("a line that has become slower is found out within two seconds", () => {
  const rate = createRate();
  rate.began(0);
  for (let at = 50; at <= 5000; at += 50) rate.took(50_000, at);
  for (let at = 5050; at <= 7000; at += 50) rate.took(500, at);
  expect(rate.found()).toBeLessThan(30);
});
