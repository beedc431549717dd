/** A structured report as people read it: headings, values with their units, and whether it was verified. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { formatDay } from "../i18n/dates";
import { currentLanguage, t } from "../i18n/text";
import type { ImageReference, Report, ReportItem } from "../wire/types";
import { useRoom } from "./context";

export function ReportDialog(): JSX.Element {
  const { model } = useRoom();
  const dialog = useRef<HTMLDialogElement>(null);
  const content = model.objects.value.find((one) => one.uid === model.reading.value)?.content ?? null;
  const report = content?.type === "report" ? content : null;
  useEffect(() => {
    if (report !== null) dialog.current?.showModal();
    else dialog.current?.close();
  }, [report]);
  const close = (): void => {
    model.reading.value = null;
  };
  return (
    <dialog ref={dialog} class="report" aria-labelledby="report-title" onClose={close}>
      {report && <ReportText report={report} />}
      <div class="row end">
        <button type="button" class="primary" onClick={close}>
          {t("room.close")}
        </button>
      </div>
    </dialog>
  );
}

function ReportText({ report }: { report: Report }): JSX.Element {
  return (
    <>
      <h2 id="report-title">{report.title || t("room.object.kind.report")}</h2>
      <p class="soft">{t("room.report.foreign")}</p>
      {report.verification !== "VERIFIED" && <p class="caution">{t("room.report.unverified")}</p>}
      {report.completion === "PARTIAL" && <p class="caution">{t("room.report.partial")}</p>}
      {!report.is_whole && <p class="caution">{t("room.report.cut")}</p>}
      <div class="what-is-signed">
        <Items items={report.items} />
      </div>
      {report.images.length > 0 && <Images images={report.images} />}
    </>
  );
}

/** The images that the document names, in its order: one press opens one, for all where I present. */
function Images({ images }: { images: readonly ImageReference[] }): JSX.Element {
  const { actions } = useRoom();
  return (
    <div class="report-images">
      <p class="soft">{t("room.report.images", { count: images.length })}</p>
      <div class="row">
        {images.map((image, index) => (
          <button key={index} type="button" onClick={() => actions.goToImage(image)}>
            {t("room.report.open_image", { number: index + 1 })}
          </button>
        ))}
      </div>
    </div>
  );
}

/** DICOM's digits as a day or an hour; everything else stands as it was written. */
function written({ kind, value }: ReportItem): string {
  if (kind === "DATE") return formatDay(value, currentLanguage());
  if (kind === "TIME") return value.replace(/^(\d\d)(\d\d).*$/, "$1:$2");
  if (kind !== "DATETIME") return value;
  return `${formatDay(value.slice(0, 8), currentLanguage())} ${value.slice(8, 12).replace(/^(\d\d)(\d\d)$/, "$1:$2")}`;
}

function Items({ items }: { items: readonly ReportItem[] }): JSX.Element {
  const { actions } = useRoom();
  return (
    <ul class="report-items">
      {items.map((item, index) => (
        <li key={index}>
          <span class="soft">{item.name}</span>
          {item.value && <span class="value">{written(item)}</span>}
          {(item.images ?? []).map((image) => (
            <button key={image.sop_instance_uid} type="button" onClick={() => actions.goToImage(image)}>
              {t("room.report.see")}
            </button>
          ))}
          {item.items && item.items.length > 0 && <Items items={item.items} />}
        </li>
      ))}
    </ul>
  );
}
