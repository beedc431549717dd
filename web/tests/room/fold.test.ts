import { describe, expect, test } from "vitest";
import cases from "../../../tests/golden/room/fold.json";
import { fold } from "../../src/room/fold";
import type { Fact, RoomState } from "../../src/wire/types";

type Case = { name: string; state: RoomState; fact: Fact; after: RoomState };

describe("old state + fact = new state, as the server has it", () => {
  test.each(cases as unknown as Case[])("$name", ({ state, fact, after }) => {
    expect(fold(state, fact)).toEqual(after);
  });
});
