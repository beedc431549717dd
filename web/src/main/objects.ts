/** What may be done with the objects of a study: reports read, everything else laid over the active pane. */
import { t } from "../i18n/text";
import type { Live } from "../room/live";
import type { Actions, Model } from "../ui/model";
import type { Viewer } from "../viewer/viewer";
import { getJson } from "../wire/api";
import { changedObject, type FullLayers, laidIn, withObject, withoutObject } from "../wire/layers";
import type { ObjectContent } from "../wire/objects";
import type { ImagePlace, ObjectEntry, PresentationState } from "../wire/types";
import type { Catalogue } from "./catalogue";
import type { ObjectShelf } from "./object_shelf";

// Enough to see what lies beneath: the grey values are what is judged.
const OPACITY = 0.4;

type ObjectActions = Pick<
  Actions,
  "readPaper" | "openPaper" | "useObject" | "changeObject" | "setMarkings" | "goToImage"
>;

export type ObjectParts = {
  model: Model;
  viewer(): Viewer | null;
  shelf: ObjectShelf;
  catalogue: Pick<Catalogue, "find">;
  live: Pick<Live, "open">;
  toast(text: string): void;
};

export function objectActions({ model, viewer, shelf, catalogue, live, toast }: ObjectParts): ObjectActions {
  const layers = (): FullLayers => viewer()?.layers().on ?? model.viewer.value.layers.on;

  const set = (on: FullLayers | null, state?: PresentationState): void => {
    if (on === null) {
      toast(t("room.object.too_many"));
      return;
    }
    viewer()?.setLayers(on, state);
    model.viewer.value = { ...model.viewer.value, layers: { ...model.viewer.value.layers, on } };
  };

  const withoutStates = (on: FullLayers): FullLayers => ({
    ...on,
    objects: on.objects.filter(({ sop_instance_uid: uid }) => {
      const state = shelf.ask(uid);
      return state.at !== "there" || state.content.type !== "presentation";
    }),
  });

  const use = (uid: string, content: ObjectContent): void => {
    if (content.type === "report") {
      model.reading.value = uid;
      return;
    }
    // It is applied wherever two series that it joins are shown, and lies over none.
    if (content.type === "registration") return;
    const opacity = content.type === "segmentation" ? OPACITY : 1;
    const state = content.type === "presentation" ? content : undefined;
    // One state over a pane: two would both give it a window, and only the last would be seen.
    const beneath = state ? withoutStates(layers()) : layers();
    set(withObject(beneath, { sop_instance_uid: uid, hidden: [], opacity }), state);
  };

  return {
    useObject(entry: ObjectEntry) {
      const uid = entry.sop_instance_uid;
      if (laidIn(layers(), uid)) return set(withoutObject(layers(), uid));
      if (model.objects.value.some((one) => one.uid === uid && one.failed)) shelf.forget(uid);
      void shelf.get(entry).then((answer) => answer.ok && use(uid, answer.value));
    },
    readPaper(entry) {
      model.paper.value = entry;
    },
    async openPaper({ url }) {
      // pdf.js is larger than all of the room: nobody fetches it who reads no document.
      const [{ openPaper }, answer] = await Promise.all([import("../papers/pages"), fetch(url)]);
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      return openPaper(await answer.arrayBuffer());
    },
    changeObject: (uid, change) => set(changedObject(layers(), uid, change)),
    async goToImage({ sop_instance_uid, frames }) {
      const place = await placeOf(model.page.study_ids, sop_instance_uid);
      const stack = place && catalogue.find(place);
      if (!place || !stack) return toast(t("room.report.no_image"));
      model.reading.value = null;
      await live.open(stack, { sop_instance_uid, frame: frames?.[0] ?? place.frame });
    },
    setMarkings: (switches) => set({ ...layers(), ...switches }),
  };
}

/** Asked study by study: a report may name an image of an earlier one. */
async function placeOf(study_ids: readonly string[], sop_instance_uid: string): Promise<ImagePlace | null> {
  for (const study_id of study_ids) {
    const path = `/api/studies/${encodeURIComponent(study_id)}/images/${encodeURIComponent(sop_instance_uid)}`;
    const answer = await getJson<ImagePlace>(path);
    if (answer.ok) return answer.value;
  }
  return null;
}
