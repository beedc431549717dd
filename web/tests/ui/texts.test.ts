import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import en from "../../locales/en/room.json";
import fr from "../../locales/fr/room.json";

const blanks = (sentence: string): string[] =>
  [...sentence.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "").sort();

test("both languages have the same keys and blanks", () => {
  expect(Object.keys(en)).toEqual(Object.keys(fr));
  for (const key of Object.keys(fr) as (keyof typeof fr)[]) expect(blanks(en[key]), key).toEqual(blanks(fr[key]));
});

test("every reason for which there is no reformatting has its sentence", () => {
  const source = readFileSync(new URL("../../../dicom_render/geometry.py", import.meta.url), "utf-8");
  const [, list] = /^Reason = Literal\[([^\]]+)\]/m.exec(source) ?? [];
  const reasons = [...(list ?? "").matchAll(/"(\w+)"/g)].map(([, reason]) => `room.reason.${reason}`);
  expect(reasons.length).toBeGreaterThan(5);
  expect(Object.keys(fr)).toEqual(expect.arrayContaining(reasons));
});
