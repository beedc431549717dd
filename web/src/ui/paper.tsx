/** An encapsulated document as people read it: its pages one below the other, their words for those who hear them. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n/text";
import type { Paper } from "../papers/pages";
import type { ObjectEntry } from "../wire/types";
import { useRoom } from "./context";

// Widths of a page in those of the dialog: on a phone the small print of an A4 page needs three.
const ZOOMS = [1, 1.5, 2, 3] as const;

export function PaperDialog(): JSX.Element {
  const { model } = useRoom();
  const dialog = useRef<HTMLDialogElement>(null);
  const [step, setStep] = useState(0);
  const entry = model.paper.value;
  useEffect(() => {
    if (entry !== null) dialog.current?.showModal();
    else dialog.current?.close();
  }, [entry]);
  const close = (): void => {
    model.paper.value = null;
  };
  return (
    <dialog ref={dialog} class="paper" aria-labelledby="paper-title" onClose={close}>
      <h2 id="paper-title">{t("room.object.kind.document")}</h2>
      <p class="soft">{t("room.paper.foreign")}</p>
      {entry && <Pages key={entry.sop_instance_uid} entry={entry} zoom={ZOOMS[step] as number} />}
      <div class="row end">
        <button type="button" disabled={step === 0} onClick={() => setStep(step - 1)}>
          {t("room.paper.smaller")}
        </button>
        <button type="button" disabled={step === ZOOMS.length - 1} onClick={() => setStep(step + 1)}>
          {t("room.paper.larger")}
        </button>
        {entry && (
          <a class="button" href={entry.url} download>
            {t("room.object.save")}
          </a>
        )}
        <button type="button" class="primary" onClick={close}>
          {t("room.close")}
        </button>
      </div>
    </dialog>
  );
}

function Pages({ entry, zoom }: { entry: ObjectEntry; zoom: number }): JSX.Element {
  const { actions } = useRoom();
  const [paper, setPaper] = useState<Paper | "loading" | "failed">("loading");
  useEffect(() => {
    let isOver = false;
    let opened: Paper | null = null;
    actions.openPaper(entry).then(
      (found) => {
        opened = found;
        if (isOver) found.close();
        else setPaper(found);
      },
      () => !isOver && setPaper("failed"),
    );
    return () => {
      isOver = true;
      opened?.close();
    };
  }, []);
  if (paper === "loading") return <p role="status">{t("room.paper.loading")}</p>;
  if (paper === "failed") {
    return (
      <p class="caution" role="alert">
        {t("room.paper.failed")}
      </p>
    );
  }
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys.
    <section class="pages" tabIndex={0} aria-label={t("room.paper.pages", { count: paper.count })}>
      {Array.from({ length: paper.count }, (_, index) => (
        <Page key={`${index} ${zoom}`} paper={paper} number={index + 1} zoom={zoom} />
      ))}
    </section>
  );
}

/** Drawn when it comes near, and put away when it is far: a long document must not fill a phone's memory. */
function Page({ paper, number, zoom }: { paper: Paper; number: number; zoom: number }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [words, setWords] = useState("");
  const [hasFailed, setFailed] = useState(false);
  useEffect(() => {
    const sheet = canvas.current;
    if (sheet === null) return;
    let isNear = false;
    // One after the other: a canvas takes one drawing at a time.
    let drawn = Promise.resolve();
    const draw = async (): Promise<void> => {
      if (!isNear) return;
      setWords(await paper.draw(number, sheet, sheet.clientWidth));
      // Its place stays as large when it is put away.
      sheet.style.aspectRatio = `${sheet.width} / ${sheet.height}`;
    };
    const watch = new IntersectionObserver(
      ([seen]) => {
        if (seen === undefined || seen.isIntersecting === isNear) return;
        isNear = seen.isIntersecting;
        if (isNear) drawn = drawn.then(draw).catch(() => setFailed(true));
        else sheet.width = sheet.height = 0;
      },
      { root: sheet.closest(".pages"), rootMargin: "100% 0px" },
    );
    watch.observe(sheet);
    return () => watch.disconnect();
  }, []);
  return (
    <figure style={{ width: `${100 * zoom}%` }}>
      <canvas ref={canvas} role="img" aria-label={t("room.paper.page", { number, count: paper.count })} />
      <figcaption class="visually-hidden">{words}</figcaption>
      {hasFailed && <p class="caution">{t("room.paper.page_failed", { number })}</p>}
    </figure>
  );
}
