/** What a series holds besides images: reports to read, layers to lay over, documents to save. */
import type { JSX } from "preact";
import { type TextKey, t } from "../i18n/text";
import { type Laid, laidIn } from "../wire/layers";
import { isLayer, type LayerContent, partsOf } from "../wire/objects";
import type { ObjectEntry } from "../wire/types";
import { useRoom } from "./context";
import { Icon } from "./icons";

export function ObjectCard({ object, name }: { object: ObjectEntry; name: string }): JSX.Element {
  const { model, actions } = useRoom();
  const picture = model.objects.value.find((one) => one.uid === object.sop_instance_uid);
  const laid = laidIn(model.viewer.value.layers.on, object.sop_instance_uid);
  const kind = t(`room.object.kind.${object.kind}` as TextKey);
  return (
    <li class="object-card">
      <p class="name">{name}</p>
      <p class="soft">{kind}</p>
      <ObjectUse
        object={object}
        shown={laid !== undefined}
        onUse={() => (object.kind === "document" ? actions.readPaper(object) : actions.useObject(object))}
      />
      {picture?.failed && (
        <p class="caution" role="alert">
          <Icon name="warning" />
          {picture.failed}
        </p>
      )}
      {laid && picture?.content && isLayer(picture.content) && <Parts laid={laid} content={picture.content} />}
    </li>
  );
}

type UseProps = { object: ObjectEntry; shown: boolean; onUse(): void };

function ObjectUse({ object, shown, onUse }: UseProps): JSX.Element | null {
  switch (object.kind) {
    case "not_shown":
      return <p class="soft">{t("room.object.not_shown")}</p>;
    case "registration":
      return <p class="soft">{t("room.object.registration")}</p>;
    case "document":
      return (
        <div class="row">
          <button type="button" onClick={onUse}>
            {t("room.object.read")}
          </button>
          <a class="button" href={object.url} download>
            {t("room.object.save")}
          </a>
        </div>
      );
    case "report":
    case "key_images":
      return (
        <button type="button" onClick={onUse}>
          {t("room.object.read")}
        </button>
      );
    default:
      return (
        <button type="button" aria-pressed={shown} onClick={onUse}>
          {t(shown ? "room.object.take_away" : "room.object.lay_over")}
        </button>
      );
  }
}

type PartsProps = { laid: Laid; content: LayerContent };

function Parts({ laid, content }: PartsProps): JSX.Element | null {
  const { actions } = useRoom();
  const uid = laid.sop_instance_uid;
  const parts = partsOf(content);
  if (parts.length === 0) return null;
  const toggled = (number: number): number[] =>
    laid.hidden.includes(number) ? laid.hidden.filter((one) => one !== number) : [...laid.hidden, number];
  return (
    <fieldset class="object-parts">
      <legend>{t("room.object.parts")}</legend>
      {parts.map(({ number, label, color }) => (
        <label key={number}>
          <input
            type="checkbox"
            checked={!laid.hidden.includes(number)}
            onChange={() => actions.changeObject(uid, { hidden: toggled(number) })}
          />
          <span class="swatch" style={{ background: color }} aria-hidden="true" />
          {label || t("room.object.part", { number })}
        </label>
      ))}
      {content.type === "segmentation" && (
        <label>
          {t("room.object.opacity")}
          <input
            type="range"
            min="0.1"
            max="1"
            step="0.1"
            value={laid.opacity}
            onInput={(event) => actions.changeObject(uid, { opacity: Number(event.currentTarget.value) })}
          />
        </label>
      )}
    </fieldset>
  );
}
