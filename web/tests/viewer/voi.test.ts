import { expect, test } from "vitest";
import { functionOf, functionsOf } from "../../src/viewer/voi";
import type { PackHeader } from "../../src/wire/types";

type Window = PackHeader["windows"][number];

const spanned: Window = { center: 2047.5, width: 4095, function: "LINEAR_EXACT", explanation: "" };
const windows: Window[] = [spanned, { center: 600, width: 800, function: "SIGMOID", explanation: "" }];

test("the ends of a table are a line, and the file's own windows have the file's function (PS3.3 C.11.2.1.3)", () => {
  expect(functionOf({ windows }, { center: 2047.5, width: 4095 })).toBe("LINEAR_EXACT");
  expect(functionOf({ windows }, { center: 600, width: 800 })).toBe("SIGMOID");
});

test("whatever else is set is under the file's function, the table's line where the file has no other", () => {
  expect(functionOf({ windows }, { center: 610, width: 800 })).toBe("SIGMOID");
  expect(functionOf({ windows }, null)).toBe("SIGMOID");
  expect(functionOf({ windows: [spanned] }, null)).toBe("LINEAR_EXACT");
  expect(functionOf({ windows: [] }, null)).toBe("LINEAR");
});

test("all functions that a stack is drawn under are told", () => {
  expect([...functionsOf({ windows })]).toEqual(["LINEAR_EXACT", "SIGMOID"]);
});
