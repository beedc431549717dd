/** The expert's answers and the way to the signature; everybody else sees whether the conclusion is signed. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n/text";
import { label, titleOf } from "./answer_words";
import {
  type Choice,
  CRITICAL,
  commonChoices,
  decisionChoices,
  type Fields,
  missingFields,
  needsReturnAdvice,
  pathwayOf,
  RETURN_ADVICE,
  RETURN_ADVICE_MORE,
  TOLD_HOW,
} from "./answers";
import { useRoom } from "./context";
import { Icon } from "./icons";
import { Panel } from "./parts";
import { SignDialog } from "./sign_dialog";

export function SignPanel(): JSX.Element | null {
  const { model } = useRoom();
  if (model.state.value.conclusion_id !== null) return null;
  if (model.page.role !== "expert" || !model.page.links.sign) return null;
  return (
    <Panel id="sign" title={t("room.sign")}>
      <Answering />
    </Panel>
  );
}

/** Above everything else: it is what the requester has been waiting for. */
export function SignedNotice(): JSX.Element | null {
  const { model } = useRoom();
  const { conclusion_id } = model.state.value;
  if (conclusion_id === null) return null;
  return (
    <section class="notice ok signed" role="status">
      <p>
        <Icon name="check" /> <strong>{t("room.signed")}</strong>
      </p>
      <p>{t(model.page.role === "requester" ? "room.signed.requester" : "room.signed.others")}</p>
      <a class="button primary" href={`/conclusions/${conclusion_id}`}>
        {t("room.signed.read")}
      </a>
    </section>
  );
}

function Answering(): JSX.Element {
  const { model, actions } = useRoom();
  const [fields, setFields] = useState<Fields>({});
  const [isReading, setReading] = useState(false);
  const { preview, refusal } = model.sign.value;
  // The pathway decides what has to be answered, and only the server knows it.
  useEffect(() => actions.previewSigning(), [actions]);
  if (preview === null)
    return refusal === null ? <p class="soft">{t("room.sign.loading")}</p> : <NotYet why={refusal} />;
  const pathway = pathwayOf(preview.pathway);
  const read = (): void => {
    actions.previewSigning();
    setReading(true);
  };
  const set = (name: string, value: string): void => setFields({ ...fields, [name]: value });
  const missing = missingFields(pathway, fields);
  const hasText = model.draft.value.text.trim() !== "";
  return (
    <div class="answers">
      {[...decisionChoices(pathway), ...commonChoices].map((choice) => (
        <ChoiceField key={choice.name} choice={choice} fields={fields} set={set} />
      ))}
      {pathway === "neurosurgery" && needsReturnAdvice(fields) && <ReturnAdvice fields={fields} set={set} />}
      <details>
        <summary>{t("room.sign.more")}</summary>
        <TextField name="acts_and_prescriptions" title={t("room.sign.acts")} fields={fields} set={set} />
        <TextField name="incidents" title={t("room.sign.incidents")} fields={fields} set={set} />
        <TextField name="limits" title={label("limits")} fields={fields} set={set} />
        <CriticalFinding fields={fields} set={set} />
      </details>
      {!hasText && <p class="soft">{t("room.sign.no_text")}</p>}
      {hasText && missing.length > 0 && (
        <p class="soft">{t("room.sign.missing", { fields: missing.map(label).join(", ") })}</p>
      )}
      <button type="button" class="primary" disabled={missing.length > 0 || !hasText} onClick={read}>
        <Icon name="pen" />
        {t("room.sign.reread")}
      </button>
      {isReading && <SignDialog pathway={pathway} fields={fields} close={() => setReading(false)} />}
    </div>
  );
}

function NotYet({ why }: { why: string }): JSX.Element {
  const { actions } = useRoom();
  return (
    <>
      <p class="notice warn">{why}</p>
      <button type="button" onClick={actions.previewSigning}>
        {t("room.retry")}
      </button>
    </>
  );
}

type FieldProps = { fields: Fields; set(name: string, value: string): void };

function ChoiceField({ choice, fields, set }: FieldProps & { choice: Choice }): JSX.Element {
  return (
    <label class="field">
      <span class="label">{titleOf(choice.name)}</span>
      <select value={fields[choice.name] ?? ""} onChange={(event) => set(choice.name, event.currentTarget.value)}>
        <option value="" disabled>
          {t("room.sign.choose")}
        </option>
        {choice.codes.map((code) => (
          <option key={code} value={code}>
            {label(`${choice.name}.${code}`)}
          </option>
        ))}
      </select>
    </label>
  );
}

function TextField({ name, title, fields, set }: FieldProps & { name: string; title: string }): JSX.Element {
  return (
    <label class="field">
      <span class="label">{title}</span>
      <textarea rows={2} value={fields[name] ?? ""} onInput={(event) => set(name, event.currentTarget.value)} />
    </label>
  );
}

function ReturnAdvice({ fields, set }: FieldProps): JSX.Element {
  return (
    <fieldset>
      <legend>{t("room.sign.return_advice")}</legend>
      {[...RETURN_ADVICE, ...RETURN_ADVICE_MORE].map((name) => (
        <TextField key={name} name={name} title={label(name)} fields={fields} set={set} />
      ))}
    </fieldset>
  );
}

function CriticalFinding({ fields, set }: FieldProps): JSX.Element {
  const isFilled = (fields.critical_finding ?? "") !== "";
  return (
    <>
      {CRITICAL.slice(0, isFilled ? 2 : 1).map((name) => (
        <TextField key={name} name={name} title={label(name)} fields={fields} set={set} />
      ))}
      {isFilled && (
        <>
          <ChoiceField choice={TOLD_HOW} fields={fields} set={set} />
          <label class="check">
            <input
              type="checkbox"
              checked={fields.read_back === "yes"}
              onChange={(event) => set("read_back", event.currentTarget.checked ? "yes" : "")}
            />
            {label("read_back")}
          </label>
        </>
      )}
    </>
  );
}
