import { expect, test } from "vitest";
import { type Means, meansOf, offerOf, wishesThin } from "../../src/main/thin";

test("the address goes before what the user has chosen, and another user's choice is not theirs", () => {
  expect(wishesThin("P1", "", "")).toBe(false);
  expect(wishesThin("P1", "?view=thin", "")).toBe(true);
  expect(wishesThin("P1", "", "a=b; consilium_thin=P1")).toBe(true);
  expect(wishesThin("P1", "?view=full", "consilium_thin=P1")).toBe(false);
  expect(wishesThin("P1", "", "consilium_thin=P12")).toBe(false);
});

const MEANS: Means = { saveData: false, effectiveType: "4g", memory_gb: 8, rate_mbit_s: 20, waited_ms: 0 };
const offered = (change: Partial<Means>, ...failures: string[]) => offerOf({ ...MEANS, ...change }, new Set(failures));

test("it is offered for a poor line or too little memory, and where nothing is known it is not", () => {
  expect(offered({})).toBeNull();
  expect(offered({ rate_mbit_s: 1 })).toBe("link");
  expect(offered({ rate_mbit_s: 4 })).toBeNull();
  expect(offered({ saveData: true })).toBe("link");
  expect(offered({ effectiveType: "3g" })).toBe("link");
  expect(offered({}, "pack_unreachable")).toBe("link");
  expect(offered({ waited_ms: 11_000 })).toBeNull();
  expect(offered({ waited_ms: 13_000 })).toBe("link");
  expect(offered({ memory_gb: 1 })).toBe("memory");
  expect(offered({}, "out_of_memory", "pack_unreachable")).toBe("memory");
  expect(offered({ effectiveType: null, memory_gb: null, rate_mbit_s: null })).toBeNull();
});

test("what a browser does not tell is not guessed", () => {
  expect(meansOf({} as Navigator, null, 0)).toEqual({
    saveData: false,
    effectiveType: null,
    memory_gb: null,
    rate_mbit_s: null,
    waited_ms: 0,
  });
});
