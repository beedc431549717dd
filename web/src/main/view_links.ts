/** Links to views: making one, and going to one that somebody sent; the room keeps the views and says who may see them. */
import { t } from "../i18n/text";
import type { Live } from "../room/live";
import type { Model } from "../ui/model";
import { getJson } from "../wire/api";
import type { Act, Fact, View } from "../wire/types";
import { viewLink } from "../wire/view_link";
import type { Catalogue } from "./catalogue";

export type ViewLinks = {
  /** Goes to the view of a fact: one that was pressed in the room, or came as the page's address. */
  open(seq: number, by: "hand" | "address"): Promise<void>;
  /** Shows to all what waits for the holder of the baton. */
  present(): void;
  close(): void;
  /** The hand goes on from the view that was linked. */
  left(): void;
  make(view: View): void;
  /** Of a view that the room holds already. */
  offer(seq: number): void;
  fact(fact: Fact): void;
};

export type ViewLinksWorld = {
  model: Model;
  live(): Live;
  catalogue: Pick<Catalogue, "find">;
  ask(act: Act): number;
  toast(text: string): void;
  /** Every study of the room is listed, or cannot be. */
  listed: Promise<unknown>;
  origin: string;
};

export function createViewLinks({ model, live, catalogue, ask, toast, listed, origin }: ViewLinksWorld): ViewLinks {
  const { room_id, actor } = model.page;
  let asked_n: number | null = null;

  const whyNot = (view: View): string | null => {
    const panes = view.panes.filter((pane) => pane !== null);
    if (panes.some((pane) => catalogue.find(pane) !== null)) return null;
    const studies = model.studies.value;
    const study = studies.find(({ manifest }) => panes.some((pane) => pane.study_uid === manifest?.study_uid));
    if (study?.manifest?.state === "preparing") return t("room.linked.preparing");
    return studies.find(({ failed }) => failed !== null)?.failed ?? t("room.linked.gone");
  };

  const fetchView = async (seq: number): Promise<View | string> => {
    const answer = await getJson<View>(`/api/rooms/${encodeURIComponent(room_id)}/views/${seq}`);
    if (!answer.ok) return t(answer.refusal.status === 404 ? "room.linked.none" : "room.linked.unreachable");
    await listed;
    return whyNot(answer.value) ?? answer.value;
  };

  const show = (view: View): void => {
    const isForAll = live().isPresenter();
    live().goTo(view);
    model.linked.value = isForAll ? null : { at: "shown", why: null, view };
  };

  const offer = (seq: number): void => {
    model.viewLink.value = viewLink(origin, room_id, seq);
  };

  return {
    async open(seq, by) {
      if (by === "address") model.linked.value = { at: "loading", why: null, view: null };
      const found = await fetchView(seq);
      if (typeof found === "string") {
        if (by === "hand") toast(found);
        else model.linked.value = { at: "failed", why: found, view: null };
        return;
      }
      // An address that was opened is no wish to change what everybody sees.
      const isEverybodys = by === "address" && live().isPresenter() && live().state().view !== null;
      if (isEverybodys) model.linked.value = { at: "offered", why: null, view: found };
      else show(found);
    },
    present() {
      const view = model.linked.value?.view ?? null;
      if (view !== null) show(view);
    },
    close() {
      model.linked.value = null;
    },
    left() {
      if (model.linked.value?.at === "shown") model.linked.value = null;
    },
    make(view) {
      asked_n = ask({ t: "view.mark", view });
    },
    offer,
    fact(fact) {
      if (fact.done.t !== "view.marked" || fact.actor !== actor || fact.n !== asked_n) return;
      asked_n = null;
      offer(fact.seq);
    },
  };
}
