import { expect, test } from "vitest";
import { createRegistrations } from "../../src/main/registrations";
import { carried, relationOf } from "../../src/viewer/registered";
import type { Registered } from "../../src/wire/registered";
import type { ObjectEntry, SpatialRegistration, StandingRegistration } from "../../src/wire/types";

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
    handWords: () => "",
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
    handWords: () => "",
    changed: () => undefined,
  });
  registrations.look([entry("1")]);
  await Promise.resolve();
  await Promise.resolve();
  expect(registrations.all()).toEqual([]);
  registrations.look([entry("1")]);
  expect(count).toBe(2);
});

test("what a person has laid is told with their name, and gone when it is taken away", () => {
  const told: (readonly Registered[])[] = [];
  const registrations = createRegistrations({
    async get() {
      return { ok: false };
    },
    words: () => "",
    handWords: ({ registration }, name) => `${name}, ${registration.how}`,
    changed: (all) => void told.push(all),
  });
  const laid: StandingRegistration = {
    version: 7,
    author: "a",
    at_ms: 1000,
    registration: {
      from_frame_of_reference_uid: "1.2.9",
      to_frame_of_reference_uid: "9.9",
      by_mm: [1, -2, 30],
      how: "slices",
    },
  };
  const members = [
    { t: "member" as const, actor: "a", name: "Dr A", role: "expert" as const, hospital: "", specialty: null, color: 0 },
  ];
  registrations.stand({ registrations: [], members });
  expect(told).toEqual([]);
  registrations.stand({ registrations: [laid], members });
  expect(told[0]).toMatchObject([
    { by: "hand", words: "Dr A, slices", isSlicesOnly: true, hand: { author: "a", version: 7 } },
  ]);
  // p_to = p_from + by_mm, as the room has it.
  const relation = relationOf("1.2.9", "9.9", told[0] ?? []);
  expect(relation && carried([10, 20, 30], relation)).toEqual([11, 18, 60]);
  registrations.stand({ registrations: [], members });
  expect(told[1]).toEqual([]);
});
