import { expect, test } from "vitest";
import { arrivalOf, asLaid } from "../../../src/viewer/layers/laid";
import type { LayerContent, ObjectState } from "../../../src/wire/objects";

const PLAN = { type: "structures", title: "plan", structures: [] } as LayerContent;
const STATES: Record<string, ObjectState> = {
  there: { at: "there", content: PLAN },
  coming: { at: "loading" },
  refused: { at: "refused", says: "unreadable" },
};
const source = { ask: (uid: string): ObjectState => STATES[uid] as ObjectState };
const laid = (...uids: string[]) => uids.map((sop_instance_uid) => ({ sop_instance_uid, hidden: [7], opacity: 0.5 }));
const text = (key: string, blanks?: Record<string, string | number>): string => `${key} ${blanks?.reason ?? ""}`.trim();

test("what has come is shown, what has not is said", () => {
  const { shown, words } = asLaid(laid("there", "coming", "refused"), source);
  expect(shown).toEqual([{ uid: "there", content: PLAN, hidden: [7], opacity: 0.5 }]);
  expect(words(text)).toBe("room.object.loading\nroom.object.refused unreadable");
});

test("a screen without one of the layers is not the same as one that shows it", () => {
  expect(arrivalOf(laid("there"), source)).toBe("there");
  expect(arrivalOf(laid(), source)).toBe("there");
  expect(arrivalOf(laid("there", "coming"), source)).toBe("loading");
  expect(arrivalOf(laid("refused", "coming"), source)).toBe("elsewhere");
});
