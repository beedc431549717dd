/** What may be done with the objects of a study: reports read, everything else laid over the active pane. */
import { t } from "../i18n/text";
import type { Actions, Model } from "../ui/model";
import type { Viewer } from "../viewer/viewer";
import { changedObject, type FullLayers, laidIn, withObject, withoutObject } from "../wire/layers";
import type { ObjectContent } from "../wire/objects";
import type { ObjectEntry, PresentationState } from "../wire/types";
import type { ObjectShelf } from "./object_shelf";

// Enough to see what lies beneath: the grey values are what is judged.
const OPACITY = 0.4;

type ObjectActions = Pick<Actions, "useObject" | "changeObject" | "setMarkings">;

export type ObjectParts = { model: Model; viewer(): Viewer | null; shelf: ObjectShelf; toast(text: string): void };

export function objectActions({ model, viewer, shelf, toast }: ObjectParts): ObjectActions {
  const layers = (): FullLayers => viewer()?.layers().on ?? model.viewer.value.layers.on;

  const set = (on: FullLayers | null, state?: PresentationState): void => {
    if (on === null) {
      toast(t("room.object.too_many"));
      return;
    }
    viewer()?.setLayers(on, state);
    model.viewer.value = { ...model.viewer.value, layers: { ...model.viewer.value.layers, on } };
  };

  const use = (uid: string, content: ObjectContent): void => {
    if (content.type === "report") {
      model.reading.value = uid;
      return;
    }
    const opacity = content.type === "segmentation" ? OPACITY : 1;
    const state = content.type === "presentation" ? content : undefined;
    set(withObject(layers(), { sop_instance_uid: uid, hidden: [], opacity }), state);
  };

  return {
    useObject(entry: ObjectEntry) {
      const uid = entry.sop_instance_uid;
      if (laidIn(layers(), uid)) return set(withoutObject(layers(), uid));
      if (model.objects.value.some((one) => one.uid === uid && one.failed)) shelf.forget(uid);
      void shelf.get(entry).then((answer) => answer.ok && use(uid, answer.value));
    },
    changeObject: (uid, change) => set(changedObject(layers(), uid, change)),
    setMarkings: (switches) => set({ ...layers(), ...switches }),
  };
}
