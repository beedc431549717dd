import { expect, test } from "vitest";
import { createShelf } from "../../src/viewer/shelf";

function item(bytes: number, gone: string[], name: string) {
  return { bytes: () => bytes, discard: () => void gone.push(name) };
}

test("the least recently opened leaves first, and only as many as needed", () => {
  const gone: string[] = [];
  const shelf = createShelf(100);
  for (const name of ["a", "b", "c"]) shelf.put(name, item(30, gone, name));
  shelf.find("a");
  shelf.makeRoom(40, "d");
  expect(gone).toEqual(["b"]);
  shelf.makeRoom(70, "d");
  expect(gone).toEqual(["b", "c"]);
});

test("what is being opened never makes itself leave", () => {
  const gone: string[] = [];
  const shelf = createShelf(100);
  shelf.put("a", item(90, gone, "a"));
  shelf.makeRoom(500, "a");
  expect(gone).toEqual([]);
});
