import { expect, test } from "vitest";
import { createObjectShelf, type ObjectShelfWorld } from "../../src/main/object_shelf";
import type { ObjectContent } from "../../src/wire/objects";
import type { ObjectEntry } from "../../src/wire/types";

const ENTRY: ObjectEntry = { sop_instance_uid: "1.2", kind: "structures", number: 1, url: "/api/o/1.2" };
const PLAN = { type: "structures", title: "plan", structures: [] } as ObjectContent;
type Answer = Awaited<ReturnType<ObjectShelfWorld["fetch"]>>;
const GOOD: Answer = { ok: true, value: PLAN };
const refusal = (status: number, says = ""): Answer => ({ ok: false, refusal: { says, status } });

function shelfOf(answers: Answer[], change: Partial<ObjectShelfWorld> = {}) {
  const asked: string[] = [];
  const told: [string, unknown, string | null][] = [];
  const timers: (() => void)[] = [];
  const shelf = createObjectShelf({
    entry: (uid) => (uid === "1.2" ? ENTRY : null),
    isListed: () => true,
    async fetch(url) {
      asked.push(url);
      return answers.shift() ?? GOOD;
    },
    says: (reason) => reason,
    later: (_, run) => void timers.push(run),
    changed: (...change) => void told.push(change),
    ...change,
  });
  return { shelf, asked, told, timers };
}

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

test("an object is asked for once, however often the screen is drawn", async () => {
  const { shelf, asked, told } = shelfOf([GOOD]);
  expect([shelf.ask("1.2"), shelf.ask("1.2")]).toEqual([{ at: "loading" }, { at: "loading" }]);
  await settled();
  expect(shelf.ask("1.2")).toEqual({ at: "there", content: PLAN });
  expect([asked, told]).toEqual([["/api/o/1.2"], [["1.2", PLAN, null]]]);
});

test("what no study of the room holds is refused, and waited for while studies are still being listed", () => {
  expect(shelfOf([]).shelf.ask("9.9")).toEqual({ at: "refused", says: "absent" });
  expect(shelfOf([], { isListed: () => false }).shelf.ask("9.9")).toEqual({ at: "loading" });
});

test("an object that the server cannot read is refused in its words", async () => {
  const { shelf, told, timers } = shelfOf([refusal(422, "not readable")]);
  shelf.ask("1.2");
  await settled();
  expect(shelf.ask("1.2")).toEqual({ at: "refused", says: "not readable" });
  expect([told, timers.length]).toEqual([[["1.2", null, "not readable"]], 0]);
});

test("a report lies over nothing", async () => {
  const { shelf } = shelfOf([{ ok: true, value: { type: "report" } as ObjectContent }]);
  shelf.ask("1.2");
  await settled();
  expect(shelf.ask("1.2")).toEqual({ at: "refused", says: "no_layer" });
});

test("a server that does not answer is asked again, and its silence said meanwhile", async () => {
  const { shelf, asked, timers } = shelfOf([refusal(0), GOOD]);
  shelf.ask("1.2");
  await settled();
  expect(shelf.ask("1.2")).toEqual({ at: "refused", says: "failed" });
  timers[0]?.();
  await settled();
  expect([shelf.ask("1.2").at, asked.length]).toEqual(["there", 2]);
});
