import { expect, test } from "vitest";
import { createScreen } from "../../src/main/screen";
import { EVERYTHING, type Screen } from "../../src/room/screen";
import { view } from "../wire/make";

const stack = { study_uid: "1.2.3", series_uid: "1.2.3.4", stack: 0, pack_url: "/pack" };

/** A viewer that notes what it is told, in order; as the real one, it forgets a view that came before its stack. */
function viewer() {
  const told: string[] = [];
  const screen: Screen = {
    open: async () => void told.push("open"),
    view: () => null,
    show: () => {
      told.push("show");
      return "same";
    },
    compare: () => "same",
  };
  return { screen, told };
}

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 8; turn += 1) await Promise.resolve();
};

test("a stack is opened before its view is shown", async () => {
  const { screen, arrive } = createScreen();
  const real = viewer();
  arrive(real.screen);
  void screen.open(stack);
  screen.show(view(), EVERYTHING);
  await settled();
  expect(real.told).toEqual(["open", "show"]);
});

test("what was asked for before the viewer's code came is done when it has come, in the same order", async () => {
  const { screen, arrive } = createScreen();
  const real = viewer();
  void screen.open(stack);
  expect(screen.show(view(), EVERYTHING)).toBe("loading");
  arrive(real.screen);
  await settled();
  expect(real.told).toEqual(["open", "show"]);
});
