import { decode, encode } from "@msgpack/msgpack";
import { describe, expect, test } from "vitest";
import fromBrowser from "../../../tests/golden/room/from_browser.json";
import fromRoom from "../../../tests/golden/room/from_room.json";
import { NEW_LINE, step } from "../../src/wire/link";
import { createHearing } from "../../src/wire/pointing";
import type { FromBrowser, FromRoom } from "../../src/wire/types";

type Golden<T> = { name: string; message: T; msgpack: string };

const room = fromRoom as unknown as Golden<FromRoom>[];
const browser = fromBrowser as unknown as Golden<FromBrowser>[];
const bytes = (hex: string): Uint8Array => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

describe("messages of the room, as the server writes them", () => {
  test.each(room)("$name is read", ({ message, msgpack }) => {
    expect(decode(bytes(msgpack))).toEqual(message);
  });

  test("none of them is a fault for the line", () => {
    const now = { now_ms: 0, chance: 0 };
    const greeted = step(step(NEW_LINE, { on: "start" }, now).line, { on: "opened" }, now).line;
    const { whole } = createHearing();
    const said = room.flatMap(({ message }) => whole(message));
    const last = said.reduce((line, message) => step(line, { on: "message", message }, now).line, greeted);
    expect(last.link.at).not.toBe("ended");
  });
});

describe("messages of the browser, as the server reads them", () => {
  test.each(browser)("$name is written", ({ message, msgpack }) => {
    expect(decode(encode(message))).toEqual(decode(bytes(msgpack)));
  });
});
