/** The question that was asked, and what was told with it. */
import type { JSX } from "preact";
import { t } from "../i18n/text";
import { useRoom } from "./context";
import { Panel } from "./parts";

export function BriefPanel(): JSX.Element | null {
  const { model } = useRoom();
  const brief = model.brief.value;
  if (brief === null) return null;
  return (
    <Panel id="brief" title={t("room.brief")}>
      {brief === "loading" && <p class="soft">{t("room.brief.loading")}</p>}
      {brief === "failed" && (
        <p class="notice warn" role="alert">
          {t("room.brief.failed")}
        </p>
      )}
      {typeof brief === "object" && (
        <>
          <p class="soft">{brief.title}</p>
          <p class="asked-question">{brief.question}</p>
          <dl class="key-data">
            {brief.lines.map((line) => (
              <div key={line.label}>
                <dt>{line.label}</dt>
                <dd>{line.value}</dd>
              </div>
            ))}
          </dl>
        </>
      )}
    </Panel>
  );
}
