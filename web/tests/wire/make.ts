/** Builders of messages for tests. */
import { EMPTY_STATE } from "../../src/room/fold";
import type { Done, Drawing, Fact, Member, Pane, Pointer, RoomState, View, Welcome } from "../../src/wire/types";
import { onePane } from "../../src/wire/view";

export const pane = (over: Partial<Pane> = {}): Pane => ({
  study_uid: "1.2.3",
  series_uid: "1.2.3.4",
  stack: 0,
  frame_of_reference_uid: "1.2.3.9",
  layout: "stack",
  active: "stack",
  window: { center: 40, width: 80, unit: "HU" },
  invert: false,
  viewports: [
    {
      id: "stack",
      point_world_mm: [0, 0, 30],
      normal: [0, 0, -1],
      up: [0, -1, 0],
      fov_mm: [230, 230],
      sop_instance_uid: "1.2.3.4.5",
      frame: 1,
    },
  ],
  ...over,
});

export const view = (over: Partial<Pane> = {}): View => onePane(pane(over));

export const length = (over: Partial<Drawing> = {}): Drawing => ({
  kind: "length",
  study_uid: "1.2.3",
  series_uid: "1.2.3.4",
  stack: 0,
  frame_of_reference_uid: "1.2.3.9",
  sop_instance_uid: "1.2.3.4.5",
  frame: 1,
  normal: [0, 0, -1],
  up: [0, -1, 0],
  points: [
    [0, 0, 30],
    [30, 40, 30],
  ],
  text: "",
  ...over,
});

export const member = (actor: string, over: Partial<Member> = {}): Member => ({
  t: "member",
  actor,
  name: `Dr ${actor}`,
  role: "expert",
  hospital: "CHU",
  specialty: null,
  color: 0,
  ...over,
});

export const state = (over: Partial<RoomState> = {}): RoomState => ({ ...EMPTY_STATE, ...over });

export const welcome = (over: Partial<Welcome> = {}): Welcome => ({
  t: "welcome",
  actor: "me",
  epoch: 1,
  acked: 0,
  state: state(),
  presences: [],
  ...over,
});

export const fact = (seq: number, done: Done = { t: "control.requested" }, over: Partial<Fact> = {}): Fact => ({
  t: "fact",
  seq,
  at_ms: 1000 + seq,
  actor: "somebody",
  client_id: "another",
  n: 1,
  done,
  ...over,
});

export const pointer = (point_world_mm: Pointer["point_world_mm"], frame = 1): Pointer => ({
  series_uid: "2.25.2",
  frame_of_reference_uid: "2.25.4",
  point_world_mm,
  sop_instance_uid: "2.25.3",
  frame,
});

/** A storage of a browser tab. */
export function storage(): Storage {
  const kept = new Map<string, string>();
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
    key: (index) => [...kept.keys()][index] ?? null,
    clear: () => kept.clear(),
    get length() {
      return kept.size;
    },
  };
}
