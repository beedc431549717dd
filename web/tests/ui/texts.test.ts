import { expect, test } from "vitest";
import geometry from "../../../dicom_render/geometry.py?raw";
import en from "../../locales/en/room.json";
import fr from "../../locales/fr/room.json";
import { RULES } from "../../src/room/hanging";
import { FAILURES } from "../../src/viewer/failures";

const blanks = (sentence: string): string[] =>
  [...sentence.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "").sort();

test("both languages have the same keys and blanks", () => {
  expect(Object.keys(en)).toEqual(Object.keys(fr));
  for (const key of Object.keys(fr) as (keyof typeof fr)[]) expect(blanks(en[key]), key).toEqual(blanks(fr[key]));
});

test("every failure that the viewer tells has its sentence", () => {
  expect(Object.keys(fr)).toEqual(expect.arrayContaining(FAILURES.map((code) => `room.viewer.${code}`)));
});

test("every reason for which there is no reformatting has its sentence", () => {
  const [, list] = /^Reason = Literal\[([^\]]+)\]/m.exec(geometry) ?? [];
  const reasons = [...(list ?? "").matchAll(/"(\w+)"/g)].map(([, reason]) => `room.reason.${reason}`);
  expect(reasons.length).toBeGreaterThan(5);
  expect(Object.keys(fr)).toEqual(expect.arrayContaining(reasons));
});

test("every rule of hanging has its sentence", () => {
  expect(Object.keys(fr)).toEqual(expect.arrayContaining(RULES.map(({ name }) => `room.hang.${name}`)));
});
