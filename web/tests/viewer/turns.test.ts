import { expect, test } from "vitest";
import { type Claim, nextTurn } from "../../src/viewer/turns";

const active = (need: Claim["need"]) => ({ name: `active ${need}`, isActive: true, need });
const beside = (need: Claim["need"], name = `beside ${need}`) => ({ name, isActive: false, need });

test("the pane that is worked in has its coarse pictures first", () => {
  expect(nextTurn([beside("coarse"), active("coarse")])?.name).toBe("active coarse");
});

test("every pane has its coarse pictures before any becomes sharp", () => {
  expect(nextTurn([active("full"), beside("coarse")])?.name).toBe("beside coarse");
});

test("the pane that is worked in becomes sharp before the others", () => {
  expect(nextTurn([beside("full"), active("full")])?.name).toBe("active full");
});

test("of two panes beside it the one that asked first comes first", () => {
  expect(nextTurn([beside("coarse", "first"), beside("coarse", "second")])?.name).toBe("first");
});

test("where nothing is to be fetched nobody has the turn", () => {
  expect(nextTurn([])).toBeNull();
});
