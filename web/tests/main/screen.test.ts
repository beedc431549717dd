import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createScreen } from "../../src/main/screen";
import type { Screen, StackRef } from "../../src/room/screen";
import type { Begun } from "../../src/viewer/download";
import { EVERYTHING } from "../../src/wire/facets";
import { view } from "../wire/make";

const stack = { study_uid: "1.2.3", series_uid: "1.2.3.4", stack: 0, pack_url: "/pack" };

const other = { ...stack, series_uid: "9.9", pack_url: "/other" };

// The network is the one thing stood in for here: it notes what is asked for, and what is given up.
const asked: string[] = [];
const givenUp: string[] = [];

beforeEach(() => {
  asked.length = 0;
  givenUp.length = 0;
  vi.stubGlobal("fetch", (url: string, init: RequestInit) => {
    asked.push([url, new Headers(init.headers).get("range")].filter(Boolean).join(" "));
    init.signal?.addEventListener("abort", () => givenUp.push(url));
    return Promise.resolve(new Response(url));
  });
});

afterEach(() => vi.unstubAllGlobals());

/** A viewer that notes what it is told, in order; as the real one, it forgets a view that came before its stack. */
function viewer() {
  const told: string[] = [];
  const opened: { stack: StackRef; begun: Begun | undefined }[] = [];
  const screen = {
    async open(stack: StackRef, _?: unknown, begun?: Begun) {
      told.push("open");
      opened.push({ stack, begun });
    },
    async hang() {
      told.push("hang");
    },
    view: () => null,
    show: () => {
      told.push("show");
      return "same";
    },
    compare: () => "same",
    away: () => null,
  } satisfies Screen;
  return { screen, told, opened };
}

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 8; turn += 1) await Promise.resolve();
};

test("a stack is opened before its view is shown", async () => {
  const { screen, arrive } = createScreen();
  const real = viewer();
  arrive(real.screen);
  void screen.open(stack);
  screen.show(view(), [stack], EVERYTHING);
  await settled();
  expect(real.told).toEqual(["open", "show"]);
});

test("the view that was asked for last before the viewer's code came is shown when it has come, and only that", async () => {
  const { screen, arrive } = createScreen();
  const real = viewer();
  void screen.open(other);
  expect(screen.show(view(), [stack], EVERYTHING)).toBe("loading");
  arrive(real.screen);
  await settled();
  expect(real.told).toEqual(["show"]);
  expect(asked).toEqual(["/other", "/pack?sop=1.2.3.4.5&frame=1"]);
  expect(givenUp).toEqual(["/other"]);
});

test("a shared view that moves before the viewer's code has come does not begin its download again", () => {
  const { screen } = createScreen();
  screen.show(view(), [stack], EVERYTHING);
  screen.show(view({ invert: true }), [stack], EVERYTHING);
  expect([asked, givenUp]).toEqual([["/pack?sop=1.2.3.4.5&frame=1"], []]);
});

test("images are asked for before the viewer's code has come, and the viewer goes on with them", async () => {
  const { screen, arrive } = createScreen();
  const real = viewer();
  void screen.open(stack, { sop_instance_uid: "1.2.3.4.5", frame: 1 });
  expect(asked).toEqual(["/pack?sop=1.2.3.4.5&frame=1"]);
  arrive(real.screen);
  await settled();
  const answer = await real.opened[0]?.begun?.answer;
  expect(await answer?.text()).toBe("/pack?sop=1.2.3.4.5&frame=1");
  expect([asked.length, givenUp]).toEqual([1, []]);
});

test("where another series is shown before the viewer's code has come, the first one's download is given up", async () => {
  const { screen, arrive } = createScreen();
  const real = viewer();
  void screen.open(stack);
  const second = screen.open(other);
  expect([asked, givenUp]).toEqual([["/pack", "/other"], ["/pack"]]);
  arrive(real.screen);
  await second;
  expect(real.opened.map((one) => one.stack)).toEqual([other]);
  expect(givenUp).toEqual(["/pack"]);
});

test("a series opened after the viewer has come does not touch the download that it goes on with", async () => {
  const { screen, arrive } = createScreen();
  const real = viewer();
  void screen.open(stack);
  arrive(real.screen);
  await settled();
  await screen.open(other);
  expect(real.opened.map((one) => one.begun !== undefined)).toEqual([true, false]);
  expect([asked, givenUp]).toEqual([["/pack"], []]);
});

test("on a slow line the first image is all that travels beside the viewer's code", () => {
  const noted = { transferSize: 125_000, responseStart: 0, responseEnd: 500 };
  vi.spyOn(performance, "getEntriesByType").mockImplementation((type) => (type === "resource" ? [noted] : []) as never);
  void createScreen().screen.open(stack);
  noted.responseEnd = 100;
  void createScreen().screen.open(stack);
  expect(asked).toEqual(["/pack bytes=0-262143", "/pack"]);
  vi.restoreAllMocks();
});

test("a download that was begun for what is not shown any more is given up", async () => {
  const { screen } = createScreen();
  void screen.open(stack);
  void screen.hang({ rows: 1, columns: 2 }, [stack, other]);
  expect(givenUp).toEqual(["/pack"]);
  void screen.open(stack);
  screen.show(view(), [null], EVERYTHING);
  expect(givenUp).toEqual(["/pack", "/pack"]);
});
