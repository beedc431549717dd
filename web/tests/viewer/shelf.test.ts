import { expect, test } from "vitest";
import { createShelf } from "../../src/viewer/shelf";

function item(bytes: number, gone: string[], name: string) {
  return { bytes: () => bytes, isHeld: () => false, discard: () => void gone.push(name) };
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

test("what somebody looks at stays, however little room there is", () => {
  const gone: string[] = [];
  const shelf = createShelf(50);
  shelf.put("shown", { ...item(40, gone, "shown"), isHeld: () => true });
  shelf.put("kept", item(10, gone, "kept"));
  shelf.makeRoom(40, "new");
  expect(gone).toEqual(["kept"]);
});
