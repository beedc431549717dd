import { expect, test } from "vitest";
import { createStrides } from "../../src/viewer/strides";

const KB = 1024;

test("the first one is small, also of a pack whose length is not known", () => {
  expect(createStrides().first([{ start: 0, end: null }])).toEqual([{ start: 0, end: 256 * KB }]);
});

test("several ranges are taken in their order, the last one in part", () => {
  const wanted = [
    { start: 900 * KB, end: 1000 * KB },
    { start: 100 * KB, end: 500 * KB },
    { start: 0, end: 50 * KB },
  ];
  expect(createStrides().first(wanted)).toEqual([
    { start: 900 * KB, end: 1000 * KB },
    { start: 100 * KB, end: 256 * KB },
  ]);
});

test("what is left is asked for when it is less", () => {
  expect(createStrides().first([{ start: 7, end: 9 }])).toEqual([{ start: 7, end: 9 }]);
});

const after = (times: number, elapsed_ms: number): number => {
  const strides = createStrides();
  for (let time = 0; time < times; time += 1) strides.took(elapsed_ms);
  return (strides.first([{ start: 0, end: null }])[0]?.end ?? 0) / KB;
};

test("they grow on a fast line and shrink on a slow one, between bounds", () => {
  expect([after(1, 100), after(2, 100), after(20, 1)]).toEqual([512, 1024, 4096]);
  expect([after(3, 500), after(1, 2000), after(20, 5000)]).toEqual([256, 128, 128]);
});
