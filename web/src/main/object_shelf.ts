/** Objects of the room's studies, each asked for once, as the server reads them; draws nothing. */
import { isLayer, type ObjectContent, type ObjectSource, type ObjectState } from "../wire/objects";
import type { ObjectEntry } from "../wire/types";

type Answer = { ok: true; value: ObjectContent } | { ok: false; refusal: { says: string; status: number } };

export type ObjectShelfWorld = {
  /** Null where no study that has come to this screen holds it. */
  entry(sop_instance_uid: string): ObjectEntry | null;
  /** Every study of the room is listed: what is not among them will not come. */
  isListed(): boolean;
  fetch(url: string): Promise<Answer>;
  says(reason: "absent" | "failed" | "no_layer"): string;
  later(ms: number, run: () => void): void;
  /** One of them has come, or cannot: `failed` says why. */
  changed(sop_instance_uid: string, content: ObjectContent | null, failed: string | null): void;
};

// No answer, or a server that is busy: whoever follows sees less than the others until it comes.
const AGAIN_MS = 5000;
const isPassing = (status: number): boolean => status === 0 || status === 503;

export type ObjectShelf = ObjectSource & {
  /** The object as it is read; the answer is the same for all who ask. */
  get(entry: ObjectEntry): Promise<Answer>;
  /** What could not be read is tried again. */
  forget(sop_instance_uid: string): void;
};

const LOADING: ObjectState = { at: "loading" };

export function createObjectShelf(world: ObjectShelfWorld): ObjectShelf {
  const answers = new Map<string, Promise<Answer>>();
  const states = new Map<string, ObjectState>();

  const saysOf = ({ says }: { says: string }): string => says || world.says("failed");
  const refused = (says: string): ObjectState => ({ at: "refused", says });

  function stateOf(answer: Answer): ObjectState {
    if (!answer.ok) return refused(saysOf(answer.refusal));
    return isLayer(answer.value) ? { at: "there", content: answer.value } : refused(world.says("no_layer"));
  }

  function get(entry: ObjectEntry): Promise<Answer> {
    const uid = entry.sop_instance_uid;
    const known = answers.get(uid);
    if (known) return known;
    const asked = world.fetch(entry.url);
    answers.set(uid, asked);
    void asked.then((answer) => {
      states.set(uid, stateOf(answer));
      if (answer.ok) world.changed(uid, answer.value, null);
      else world.changed(uid, null, saysOf(answer.refusal));
      if (answer.ok || !isPassing(answer.refusal.status)) return;
      world.later(AGAIN_MS, () => {
        if (answers.get(uid) !== asked) return;
        answers.delete(uid);
        void get(entry);
      });
    });
    return asked;
  }

  return {
    get,
    ask(uid) {
      const known = states.get(uid);
      if (known) return known;
      const entry = world.entry(uid);
      if (entry === null) return world.isListed() ? refused(world.says("absent")) : LOADING;
      void get(entry);
      return LOADING;
    },
    forget(uid) {
      answers.delete(uid);
      states.delete(uid);
    },
  };
}
