import { expect, test } from "vitest";
import { createRegistrations } from "../../src/main/registrations";
import type { Registered } from "../../src/viewer/registered";
import type { ObjectEntry, SpatialRegistration } from "../../src/wire/types";

const entry = (uid: string, kind: ObjectEntry["kind"] = "registration"): ObjectEntry => ({
  sop_instance_uid: uid,
  kind,
  number: null,
  url: `/objects/${uid}`,
});

const content: SpatialRegistration = {
  type: "registration",
  title: "CT onto MR",
  made_on: "20240312",
  made_at: "113000",
  made_by: "Fusion 4.2",
  frames: [{ frame_of_reference_uid: "a", matrix: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1] }],
};

test("each registration of the studies is asked for once, and nothing else", async () => {
  const asked: string[] = [];
  let told: readonly Registered[] = [];
  const registrations = createRegistrations({
    async get({ url }) {
      asked.push(url);
      return { ok: true, value: content };
    },
    words: ({ title }) => `REG ${title}`,
    changed(all) {
      told = all;
    },
  });
  registrations.look([entry("1"), entry("2", "report")]);
  registrations.look([entry("1")]);
  await Promise.resolve();
  await Promise.resolve();
  expect(asked).toEqual(["/objects/1"]);
  expect(told).toEqual([
    { frames: content.frames, by: "file", made: "20240312113000", words: "REG CT onto MR", isSlicesOnly: false },
  ]);
});

test("what cannot be read joins nothing, and is asked for when the studies are listed again", async () => {
  let count = 0;
  const registrations = createRegistrations({
    async get() {
      count += 1;
      return { ok: false };
    },
    words: () => "",
    changed: () => undefined,
  });
  registrations.look([entry("1")]);
  await Promise.resolve();
  await Promise.resolve();
  expect(registrations.all()).toEqual([]);
  registrations.look([entry("1")]);
  expect(count).toBe(2);
});
