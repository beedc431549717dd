/** Registration objects of the room's studies, each asked for once and told in words; it draws nothing and applies nothing. */
import type { Registered } from "../viewer/registered";
import type { ObjectContent } from "../wire/objects";
import type { ObjectEntry, SpatialRegistration } from "../wire/types";

export type RegistrationsWorld = {
  get(entry: ObjectEntry): Promise<{ ok: true; value: ObjectContent } | { ok: false }>;
  words(content: SpatialRegistration): string;
  changed(all: readonly Registered[]): void;
};

export type Registrations = {
  /** What the studies hold now. */
  look(entries: readonly ObjectEntry[]): void;
  all(): readonly Registered[];
};

export function createRegistrations(world: RegistrationsWorld): Registrations {
  const found = new Map<string, Registered | null>();

  const all = (): readonly Registered[] => [...found.values()].filter((one) => one !== null);

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
