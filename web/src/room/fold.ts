/** What a fact does to the room's state: the twin of the server's fold; tests/golden/room serves both. */
import type {
  Annotation,
  AnnotationChanged,
  AnnotationDrawn,
  ChatLine,
  Fact,
  Member,
  RegistrationLaid,
  RoomState,
  Said,
  StandingRegistration,
} from "../wire/types";

export const EMPTY_STATE: RoomState = {
  t: "state",
  seq: 0,
  members: [],
  present: [],
  holder: null,
  term: 0,
  requested: [],
  hands: [],
  gathered: null,
  view: null,
  key_views: [],
  annotations: [],
  registrations: [],
  text: "",
  chat: [],
  identity_confirmed: [],
  conclusion_id: null,
};

/** Lines of chat that the state keeps; the journal keeps all. */
const CHAT_LINES = 500;

/** `text` stays as it is: the words are a Yjs document, to which draft.ts applies the same updates. */
export function fold(state: RoomState, fact: Fact): RoomState {
  return { ...state, seq: fact.seq, ...changes(state, fact) };
}

function changes(state: RoomState, fact: Fact): Partial<RoomState> {
  const { done, actor } = fact;
  switch (done.t) {
    case "view.settled":
      return { view: done.view };
    case "control.requested":
      return { requested: [...without(state.requested, actor), actor] };
    case "control.taken":
      // Whoever presents has the floor: they wait for it no more.
      return { holder: done.holder, term: done.term, gathered: null, ...notWaiting(state, done.holder) };
    case "hand.raised":
      return { hands: [...without(state.hands, actor), actor] };
    case "hand.lowered":
      return { hands: without(state.hands, done.whose) };
    case "key_view.added":
      return { key_views: [...state.key_views, done] };
    case "key_view.removed":
      return { key_views: state.key_views.filter((one) => one.key_view_id !== done.key_view_id) };
    case "annotation.drawn":
      return { annotations: [...state.annotations, annotationOf(fact, done)] };
    case "annotation.changed":
      return { annotations: state.annotations.map((one) => changedBy(one, done)) };
    case "annotation.removed":
      return { annotations: state.annotations.filter((one) => one.annotation_id !== done.annotation_id) };
    case "registration.laid":
      return { registrations: [...state.registrations.filter((one) => !isSamePair(one, done)), laidBy(fact, done)] };
    case "registration.removed":
      return { registrations: state.registrations.filter((one) => one.version !== done.version) };
    case "gathered":
      return { gathered: fact.seq };
    case "text.updated":
    case "view.marked":
      return {};
    case "chat.said":
      return { chat: [...state.chat, chatLine(fact, done)].slice(-CHAT_LINES) };
    case "identity.confirmed":
      return { identity_confirmed: [...without(state.identity_confirmed, actor), actor] };
    case "member.joined":
      return {
        members: withMember(state.members, done.member),
        present: [...without(state.present, done.member.actor), done.member.actor],
      };
    case "member.left":
      return { present: without(state.present, done.actor), ...notWaiting(state, done.actor) };
    case "draft.locked":
      return { conclusion_id: done.conclusion_id };
  }
}

const chatLine = ({ seq, actor, at_ms }: Fact, { text, view, caption = "" }: Said): ChatLine => ({
  seq,
  actor,
  at_ms,
  text,
  caption: view ? caption : null,
});

const annotationOf = (fact: Fact, { annotation_id, drawing }: AnnotationDrawn): Annotation => ({
  annotation_id,
  author: fact.actor,
  version: fact.seq,
  drawing,
});

/** Between two frames of reference one stands, whichever way it runs. */
function isSamePair({ registration: one }: StandingRegistration, { registration: other }: RegistrationLaid): boolean {
  const [from, to] = [other.from_frame_of_reference_uid, other.to_frame_of_reference_uid];
  const uids = [one.from_frame_of_reference_uid, one.to_frame_of_reference_uid];
  return uids.includes(from) && uids.includes(to);
}

const laidBy = ({ seq, actor, at_ms }: Fact, { registration }: RegistrationLaid): StandingRegistration => ({
  version: seq,
  author: actor,
  at_ms,
  registration,
});

function changedBy(
  one: Annotation,
  { annotation_id, version, points, text, text_point }: AnnotationChanged,
): Annotation {
  if (one.annotation_id !== annotation_id) return one;
  return { ...one, version, drawing: { ...one.drawing, points, text, text_point: text_point ?? null } };
}

const without = (actors: readonly string[], gone: string | null): string[] => actors.filter((one) => one !== gone);

const notWaiting = (state: RoomState, actor: string | null): Pick<RoomState, "requested" | "hands"> => ({
  requested: without(state.requested, actor),
  hands: without(state.hands, actor),
});

/** A known member keeps the place, and so the colour, that facts have given. */
function withMember(members: readonly Member[], member: Member): Member[] {
  const isKnown = members.some((one) => one.actor === member.actor);
  return isKnown ? members.map((one) => (one.actor === member.actor ? member : one)) : [...members, member];
}
