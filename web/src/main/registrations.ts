/** What lays series upon each other: objects of the studies, each asked for once, and people in the room; applies nothing. */
import { IDENTITY, shifted } from "../lib/affine";
import type { ObjectContent } from "../wire/objects";
import type { Registered } from "../wire/registered";
import type { ObjectEntry, RoomState, SpatialRegistration, StandingRegistration } from "../wire/types";

export type RegistrationsWorld = {
  get(entry: ObjectEntry): Promise<{ ok: true; value: ObjectContent } | { ok: false }>;
  words(content: SpatialRegistration): string;
  /** `name`: of its author. */
  handWords(one: StandingRegistration, name: string): string;
  changed(all: readonly Registered[]): void;
};

export type Registrations = {
  /** What the studies hold now. */
  look(entries: readonly ObjectEntry[]): void;
  /** What people have laid in the room. */
  stand(state: Pick<RoomState, "registrations" | "members">): void;
  all(): readonly Registered[];
};

export function createRegistrations(world: RegistrationsWorld): Registrations {
  const found = new Map<string, Registered | null>();

  let byHand: readonly Registered[] = [];
  let told: readonly StandingRegistration[] = [];

  const all = (): readonly Registered[] => [...[...found.values()].filter((one) => one !== null), ...byHand];

  async function read(entry: ObjectEntry): Promise<void> {
    const uid = entry.sop_instance_uid;
    found.set(uid, null);
    const answer = await world.get(entry);
    if (!answer.ok) {
      // Asked for again when the studies are listed anew; what is refused for good answers from the shelf.
      found.delete(uid);
      return;
    }
    if (answer.value.type !== "registration") return;
    found.set(uid, registeredBy(answer.value, world.words(answer.value)));
    world.changed(all());
  }

  return {
    all,
    stand({ registrations, members }) {
      if (registrations === told || (registrations.length === 0 && told.length === 0)) return;
      told = registrations;
      const nameOf = (actor: string): string => members.find((one) => one.actor === actor)?.name ?? "";
      byHand = registrations.map((one) => laidBy(one, world.handWords(one, nameOf(one.author))));
      world.changed(all());
    },
    look(entries) {
      for (const entry of entries)
        if (entry.kind === "registration" && !found.has(entry.sop_instance_uid)) void read(entry);
    },
  };
}

const registeredBy = ({ frames, made_on, made_at }: SpatialRegistration, words: string): Registered => ({
  frames,
  by: "file",
  made: `${made_on}${made_at}`,
  words,
  isSlicesOnly: false,
});

const laidBy = ({ version, author, at_ms, registration }: StandingRegistration, words: string): Registered => ({
  frames: [
    { frame_of_reference_uid: registration.from_frame_of_reference_uid, matrix: shifted(registration.by_mm) },
    { frame_of_reference_uid: registration.to_frame_of_reference_uid, matrix: IDENTITY },
  ],
  by: "hand",
  made: String(at_ms),
  words,
  isSlicesOnly: registration.how === "slices",
  hand: { author, version },
});
