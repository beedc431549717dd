import { expect, test } from "vitest";
import golden from "../../../tests/golden/room/trail.json";
import { readTrail } from "../../src/wire/trail";

const bytes = (hex: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array((hex.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16)));

test("the golden trail is read as the server reads it", async () => {
  const { steps, lost } = await readTrail(bytes(golden.packed));
  expect(steps).toEqual(golden.steps);
  expect(lost).toBe(golden.lost);
});

test("no trail at all is an empty one", async () => {
  expect(await readTrail(bytes(""))).toEqual({ steps: [], lost: 0 });
});
