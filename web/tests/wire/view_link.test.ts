import { expect, test } from "vitest";
import { linkedFact, viewLink } from "../../src/wire/view_link";

test("a link names the room and a number, nothing else", () => {
  const link = viewLink("https://consilium.example", "ROO-1", 41);
  expect(link).toBe("https://consilium.example/rooms/ROO-1#view=41");
  expect(linkedFact(new URL(link).hash)).toBe(41);
});

test.each(["", "#", "#view=", "#view=0", "#view=-1", "#view=1e3", "#view=41x", "#view=12345678901234567", "#other=41"])(
  "%s leads to no view",
  (hash) => {
    expect(linkedFact(hash)).toBeNull();
  },
);
