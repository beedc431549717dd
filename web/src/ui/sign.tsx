/** The expert's signature: what will be signed, word for word, then the password again; everybody else sees whether it is. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { formatDay } from "../i18n/dates";
import { currentLanguage, said, t } from "../i18n/text";
import {
  answersOf,
  type Choice,
  CRITICAL,
  commonChoices,
  decisionChoices,
  type Fields,
  missingFields,
  needsReturnAdvice,
  type Pathway,
  pathwayOf,
  RETURN_ADVICE,
  RETURN_ADVICE_MORE,
  TOLD_HOW,
} from "./answers";
import { useRoom } from "./context";
import { Icon } from "./icons";
import type { SignedStudy, SignPreview } from "./model";
import { Panel } from "./parts";

/** The conclusion's own word for a field or a code: one truth with the printed document. */
const label = (name: string): string => said(`conclusions.${name}`) ?? name;

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
      <span class="label">{TITLES[choice.name]?.() ?? label(choice.name)}</span>
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

type SignDialogProps = { pathway: Pathway; fields: Fields; close(): void };

function SignDialog({ pathway, fields, close }: SignDialogProps): JSX.Element {
  const { model, actions } = useRoom();
  const dialog = useRef<HTMLDialogElement>(null);
  const password = useRef<HTMLInputElement>(null);
  const [isEarlierTaken, setEarlierTaken] = useState(false);
  const { at, preview, refusal, code } = model.sign.value;
  useEffect(() => dialog.current?.showModal(), []);
  const sign = (event: Event): void => {
    event.preventDefault();
    const given = password.current?.value ?? "";
    if (password.current === null || given === "") return;
    password.current.value = "";
    const answers = answersOf(pathway, fields, new Date());
    actions.sign({ password: given, answers, accept_earlier_set: isEarlierTaken });
  };
  return (
    <dialog ref={dialog} class="signing" aria-labelledby="sign-title" onClose={close}>
      <form onSubmit={sign}>
        <h2 id="sign-title">{t("room.sign.title")}</h2>
        {preview !== null && <WhatIsSigned preview={preview} pathway={pathway} fields={fields} />}
        {refusal !== null && (
          <div class="notice danger" role="alert">
            <p>{refusal}</p>
            <AfterRefusal code={code} isEarlierTaken={isEarlierTaken} takeEarlier={setEarlierTaken} />
          </div>
        )}
        <label class="field">
          <span class="label">{t("room.sign.password")}</span>
          <input ref={password} type="password" autocomplete="current-password" required autoFocus />
        </label>
        <p class="soft">{t("room.sign.final")}</p>
        <div class="row end">
          <button type="button" onClick={close}>
            {t("room.cancel")}
          </button>
          <button type="submit" class="primary" disabled={at !== "ready"}>
            {t(at === "sending" ? "room.sign.sending" : "room.sign.do")}
          </button>
        </div>
      </form>
    </dialog>
  );
}

type AfterRefusalProps = { code: string | null; isEarlierTaken: boolean; takeEarlier(taken: boolean): void };

/** What changed under the signer's eyes must be read again, or set aside knowingly. */
function AfterRefusal({ code, isEarlierTaken, takeEarlier }: AfterRefusalProps): JSX.Element | null {
  const { actions } = useRoom();
  if (code !== "draft_changed" && code !== "study_changed") return null;
  return (
    <>
      <button type="button" onClick={actions.previewSigning}>
        {t("room.sign.read_anew")}
      </button>
      {code === "study_changed" && (
        <label class="check">
          <input
            type="checkbox"
            checked={isEarlierTaken}
            onChange={(event) => takeEarlier(event.currentTarget.checked)}
          />
          {t("room.sign.earlier_set")}
        </label>
      )}
    </>
  );
}

type WhatIsSignedProps = { preview: SignPreview; pathway: Pathway; fields: Fields };

/** The server's words, not the screen's: what is read here is what its hash will bind. */
function WhatIsSigned({ preview, pathway, fields }: WhatIsSignedProps): JSX.Element {
  const { model } = useRoom();
  const { patient } = model.page;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a long text must be scrollable from the keyboard
    <div class="what-is-signed" tabIndex={0}>
      <p>
        <strong>{`${patient.family_name.toUpperCase()} ${patient.given_name}`}</strong>
      </p>
      <h3>{label("question")}</h3>
      <p class="written">{preview.question}</p>
      <h3>{label("answer")}</h3>
      <p class="written">{preview.text}</p>
      <AnswerList pathway={pathway} fields={fields} />
      <h3>{t("room.key_views", { count: preview.key_views.length })}</h3>
      <ol>
        {preview.key_views.map((one, index) => (
          <li key={index}>{one.caption || t("room.key_view.unnamed")}</li>
        ))}
      </ol>
      <h3>{label("studies")}</h3>
      {preview.studies.map((study) => (
        <StudyLine key={study.study_id} study={study} />
      ))}
    </div>
  );
}

function StudyLine({ study }: { study: SignedStudy }): JSX.Element {
  const day = formatDay(study.date, currentLanguage());
  return (
    <p class="small">
      {[study.description, study.modalities.join("/"), day, t("room.series.images", { count: study.received })]
        .filter(Boolean)
        .join(" · ")}
      {study.version !== study.asked_version && <span class="caution">{t("room.sign.more_images")}</span>}
    </p>
  );
}

function AnswerList({ pathway, fields }: { pathway: Pathway; fields: Fields }): JSX.Element {
  const chosen = [...decisionChoices(pathway), ...commonChoices].map(({ name }) => name);
  const advice = needsReturnAdvice(fields) ? [...RETURN_ADVICE, ...RETURN_ADVICE_MORE] : [];
  const critical = fields.critical_finding ? [...CRITICAL, TOLD_HOW.name] : [];
  const written = [...advice, "acts_and_prescriptions", "limits", ...critical].filter((name) => fields[name]);
  return (
    <dl class="key-data">
      {chosen.map((name) => (
        <Answer key={name} name={name} value={label(`${name}.${fields[name] ?? ""}`)} />
      ))}
      {written.map((name) => (
        <Answer
          key={name}
          name={name}
          value={name === TOLD_HOW.name ? label(`${name}.${fields[name]}`) : (fields[name] ?? "")}
        />
      ))}
      <Answer name="incidents" value={fields.incidents || label("act.no_incident")} />
    </dl>
  );
}

const Answer = ({ name, value }: { name: string; value: string }): JSX.Element => (
  <div>
    <dt>{TITLES[name]?.() ?? label(name)}</dt>
    <dd>{value}</dd>
  </div>
);

/** Fields whose words stand in this page's own catalogue. */
const TITLES: Readonly<Record<string, () => string>> = {
  acts_and_prescriptions: () => t("room.sign.acts.title"),
  incidents: () => t("room.sign.incidents.title"),
  told_how: () => t("room.sign.told_how"),
};
