import { describe, expect, test } from "vitest";
import { answerTo, isPolite, mediaProblem, redialAfter } from "../../src/call/rules";
import { sessionOf } from "../../src/call/signals";

const facts = { is_in_call: true, is_polite: true, leg: null, session: "7" };

describe("an offer", () => {
  test("to somebody who is not in the call is refused", () => {
    expect(answerTo({ ...facts, is_in_call: false })).toBe("refuse");
  });

  test("of a newcomer begins a connection", () => {
    expect(answerTo(facts)).toBe("begin");
  });

  test("of the same session is a new turn of the same connection", () => {
    expect(answerTo({ ...facts, leg: { remote: "7", offered: false } })).toBe("continue");
  });

  test("of another session comes from somebody who has reloaded", () => {
    expect(answerTo({ ...facts, leg: { remote: "6", offered: false } })).toBe("replace");
  });

  test("that crosses mine is taken by exactly one of the two ends", () => {
    const leg = { remote: null, offered: true };
    const [one, other] = [isPolite("a", "b"), isPolite("b", "a")];
    expect(answerTo({ ...facts, leg, is_polite: one })).toBe("replace");
    expect(answerTo({ ...facts, leg, is_polite: other })).toBe("ignore");
  });
});

test("a session is told by the origin line of its description", () => {
  expect(sessionOf("v=0\r\no=- 4611731400430051336 2 IN IP4 127.0.0.1\r\ns=-\r\n")).toBe("4611731400430051336");
  expect(sessionOf("")).toBeNull();
});

test("a failed connection is called again at once, then with pauses, then it is for people", () => {
  expect([1, 2, 3, 4, 5].map((failures) => redialAfter(failures, false))).toEqual([0, 1000, 3000, 7000, null]);
  expect(redialAfter(1, true)).toBeGreaterThan(0);
});

test.each([
  ["NotAllowedError", "not_allowed"],
  ["NotFoundError", "not_found"],
  ["NotReadableError", "in_use"],
  ["TypeError", "insecure"],
  ["", "failed"],
])("%s means %s", (name, problem) => {
  expect(mediaProblem(name)).toBe(problem);
});
