/** The list of annotations, whose they are and what they measure; and the aid for a haematoma's volume. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { t } from "../i18n/text";
import { haematomaMl } from "../lib/abc2";
import { distance, type Vec3 } from "../lib/vectors";
import type { Annotation } from "../wire/types";
import { useRoom } from "./context";
import { Icon } from "./icons";
import { KINDS } from "./measure";
import { Panel } from "./parts";

export function AnnotationsPanel(): JSX.Element {
  const { model, actions } = useRoom();
  const { annotations } = model.state.value;
  const { hidesOthers } = model.annotations.value;
  return (
    <Panel id="annotations" title={t("room.annotations", { count: annotations.length })}>
      {annotations.length === 0 && <p class="soft">{t("room.annotations.none")}</p>}
      <ul class="annotations">
        {annotations.map((one) => (
          <Entry key={one.annotation_id} annotation={one} />
        ))}
      </ul>
      <label class="check">
        <input
          type="checkbox"
          checked={hidesOthers}
          onChange={(event) => actions.hideOthers(event.currentTarget.checked)}
        />
        {t("room.annotations.hide_others")}
      </label>
      {model.page.links.modules?.includes("abc2") && <VolumeAid />}
    </Panel>
  );
}

function Entry({ annotation }: { annotation: Annotation }): JSX.Element {
  const { model, actions } = useRoom();
  const { annotation_id, author, drawing } = annotation;
  const person = model.state.value.members.find((one) => one.actor === author);
  const isMine = author === model.page.actor;
  const label = t(KINDS.find((one) => one.kind === drawing.kind)?.label ?? "room.measure");
  // Read so that the values follow when an image has come in full, or another series is opened.
  const isShown = model.viewer.value.pane?.series_uid === drawing.series_uid;
  const lines = (isShown && actions.wordsOf(drawing)) || (drawing.text === "" ? [] : [drawing.text]);
  const name = [label, ...lines].join(" ");
  const isSelected = model.annotations.value.selected === annotation_id;
  return (
    <li class={`person-${(person?.color ?? 0) % 6}`} data-annotation={annotation_id}>
      <button
        type="button"
        class="annotation"
        aria-pressed={isSelected}
        title={t("room.annotations.go")}
        onClick={() => actions.goToAnnotation(annotation_id)}
      >
        <span class="name">{label}</span>
        <span class="value">{lines.join(" · ")}</span>
        <span class="soft">{person?.name ?? ""}</span>
      </button>
      {isMine && (
        <Small
          icon="pen"
          label={t("room.annotations.edit", { name })}
          act={() => actions.editAnnotation(annotation_id)}
        />
      )}
      <Insert name={name} isMeasured={isShown && lines.length > 0} />
      {(isMine || model.page.role !== "participant") && (
        <Small
          icon="close"
          label={t("room.annotations.remove", { name })}
          act={() => actions.removeAnnotation(annotation_id)}
        />
      )}
    </li>
  );
}

function Small({ icon, label, act }: { icon: "pen" | "close" | "request"; label: string; act(): void }): JSX.Element {
  return (
    <button type="button" class="tool" aria-label={label} title={label} onClick={act}>
      <Icon name={icon} />
    </button>
  );
}

/** A line of the conclusion's draft: what the annotation says, as read now and here. */
function Insert({ name, isMeasured }: { name: string; isMeasured: boolean }): JSX.Element | null {
  const { model, actions } = useRoom();
  const mayWrite = model.page.role !== "participant" && model.state.value.conclusion_id === null;
  const isReady = isMeasured && !name.includes(t("room.measure.waiting"));
  if (!mayWrite || !isReady) return null;
  const insert = (): void => {
    const { text } = model.draft.value;
    actions.write(`${text}${text === "" || text.endsWith("\n") ? "" : "\n"}${name}`);
  };
  return <Small icon="request" label={t("room.annotations.insert", { name })} act={insert} />;
}

function VolumeAid(): JSX.Element {
  const { model } = useRoom();
  const [lengths, setLengths] = useState<readonly string[]>(["", "", ""]);
  const [a = "", b = "", c = ""] = lengths;
  const volume = haematomaMl(toNumber(a), toNumber(b), toNumber(c));
  const measured = model.state.value.annotations
    // Points of images without a place in a patient may be pixels.
    .filter(({ drawing }) => drawing.kind === "length" && drawing.frame_of_reference_uid !== null)
    .map(({ drawing }) => distance(drawing.points[0] as Vec3, drawing.points[1] as Vec3).toFixed(1));
  const put = (index: number, value: string): void =>
    setLengths(lengths.map((one, other) => (other === index ? value : one)));
  return (
    <details class="volume-aid">
      <summary>{t("room.abc2")}</summary>
      <datalist id="measured-lengths">
        {[...new Set(measured)].map((value) => (
          <option key={value} value={value} />
        ))}
      </datalist>
      <div class="row">
        {(["A", "B", "C"] as const).map((letter, index) => (
          <label key={letter} class="field">
            <span class="label">{t("room.abc2.length", { letter })}</span>
            <input
              inputMode="decimal"
              list="measured-lengths"
              value={lengths[index]}
              onInput={(event) => put(index, event.currentTarget.value)}
            />
          </label>
        ))}
      </div>
      <output>{volume === null ? "" : t("room.abc2.volume", { ml: volume.toFixed(1) })}</output>
      <p class="soft">{t("room.abc2.note")}</p>
    </details>
  );
}

const toNumber = (written: string): number => (written.trim() === "" ? Number.NaN : Number(written.replace(",", ".")));
