/** Objects of the study on this screen: fetched once, read or laid over the images; draws nothing itself. */
import { t } from "../i18n/text";
import type { Actions, Model, ObjectPicture } from "../ui/model";
import type { Viewer } from "../viewer/viewer";
import { getJson } from "../wire/api";
import type { LayerContent, ObjectContent } from "../wire/objects";
import type { ObjectEntry } from "../wire/types";

// Enough to see what lies beneath: the grey values are what is judged.
const OPACITY = 0.4;

export function objectActions(model: Model, viewer: () => Viewer | null): Pick<Actions, "useObject" | "changeObject"> {
  const find = (uid: string): ObjectPicture | undefined => model.objects.value.find((one) => one.uid === uid);

  const put = (uid: string, change: Partial<ObjectPicture>): void => {
    const before = find(uid) ?? { uid, content: null, failed: null, shown: false, hidden: [], opacity: OPACITY };
    model.objects.value = [...model.objects.value.filter((one) => one.uid !== uid), { ...before, ...change }];
    viewer()?.setObjects(
      model.objects.value.flatMap(({ uid, content, shown, hidden, opacity }) =>
        shown && content !== null && isLayer(content) ? [{ uid, content, hidden, opacity }] : [],
      ),
    );
  };

  const use = (uid: string, content: ObjectContent): void => {
    if (content.type === "report") model.reading.value = uid;
    else put(uid, { shown: !(find(uid)?.shown ?? false) });
  };

  return {
    useObject({ sop_instance_uid, url }: ObjectEntry) {
      const known = find(sop_instance_uid)?.content ?? null;
      if (known !== null) return use(sop_instance_uid, known);
      void getJson<ObjectContent>(url).then((answer) => {
        if (!answer.ok) return put(sop_instance_uid, { failed: answer.refusal.says || t("room.object.failed") });
        put(sop_instance_uid, { content: answer.value, failed: null });
        use(sop_instance_uid, answer.value);
      });
    },
    changeObject: (uid, change) => put(uid, change),
  };
}

const isLayer = (content: ObjectContent): content is LayerContent => content.type !== "report";
