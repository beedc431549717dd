/** What will be signed, word for word as the server has it, then the password again. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { formatDay } from "../i18n/dates";
import { currentLanguage, t } from "../i18n/text";
import { label, titleOf } from "./answer_words";
import {
  answersOf,
  CRITICAL,
  commonChoices,
  decisionChoices,
  type Fields,
  needsReturnAdvice,
  type Pathway,
  RETURN_ADVICE,
  RETURN_ADVICE_MORE,
  TOLD_HOW,
} from "./answers";
import { useRoom } from "./context";
import type { SignedStudy, SignPreview } from "./model";

type SignDialogProps = { pathway: Pathway; fields: Fields; close(): void };

export function SignDialog({ pathway, fields, close }: SignDialogProps): JSX.Element {
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

const READ_ANEW: readonly string[] = ["draft_changed", "study_changed", "key_views_changed"];

type AfterRefusalProps = { code: string | null; isEarlierTaken: boolean; takeEarlier(taken: boolean): void };

/** What changed under the signer's eyes must be read again, or set aside knowingly. */
function AfterRefusal({ code, isEarlierTaken, takeEarlier }: AfterRefusalProps): JSX.Element | null {
  const { actions } = useRoom();
  if (code === null || !READ_ANEW.includes(code)) return null;
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
      <ol class="key-images">
        {preview.key_views.map((one, index) => (
          <li key={index}>
            <KeyImage src={`${model.page.links.sign}/key-views/${index + 1}?shown=${preview.key_views_sha256}`} />
            {one.caption || t("room.key_view.unnamed")}
          </li>
        ))}
      </ol>
      <h3>{label("studies")}</h3>
      {preview.studies.map((study) => (
        <StudyLine key={study.study_id} study={study} />
      ))}
    </div>
  );
}

/** As the conclusion will print it. */
const KeyImage = ({ src }: { src: string }): JSX.Element => (
  <img src={src} alt={t("room.sign.key_view_not_drawn")} loading="lazy" />
);

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
    <dt>{titleOf(name)}</dt>
    <dd>{value}</dd>
  </div>
);
