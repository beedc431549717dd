/** A PDF as pages on canvases, with their words; pdf.js stays inside. No script, form or link of a document is obeyed. */
import { getDocument, PDFWorker } from "pdfjs-dist";

/** An opened document: pages counted from 1, drawn at so many pixels of the screen's own, which gives their words. */
export type Paper = {
  count: number;
  draw(number: number, canvas: HTMLCanvasElement, width_px: number): Promise<string>;
  close(): void;
};

// What the build has copied out of pdf.js: fonts that documents may leave out, tables of characters, decoders.
const FILES = `${import.meta.env.BASE_URL}pdf/`;
// A scanned page at 600 dpi has 35 million pixels; what has more is not drawn.
const MOST_IMAGE_PX = 64_000_000;
// A canvas takes four bytes a pixel; phones give one no more than this.
const MOST_CANVAS_PX = 8_000_000;

/** Rejects where the bytes are no PDF, or one that only a password opens. */
export async function openPaper(data: ArrayBuffer): Promise<Paper> {
  const port = new Worker(new URL("./pdf.worker.ts", import.meta.url), { type: "module" });
  const worker = PDFWorker.create({ port });
  const close = (): void => {
    worker.destroy();
    port.terminate();
  };
  try {
    const opened = await getDocument({
      data,
      worker,
      wasmUrl: `${FILES}wasm/`,
      standardFontDataUrl: `${FILES}standard_fonts/`,
      cMapUrl: `${FILES}cmaps/`,
      iccUrl: `${FILES}iccs/`,
      maxImageSize: MOST_IMAGE_PX,
      canvasMaxAreaInBytes: 4 * MOST_CANVAS_PX,
      enableXfa: false,
      disableWorkerRendering: true,
      verbosity: 0,
    }).promise;
    return {
      count: opened.numPages,
      async draw(number, canvas, width_px) {
        const page = await opened.getPage(number);
        const plain = page.getViewport({ scale: 1 });
        const most = Math.sqrt(MOST_CANVAS_PX / (plain.width * plain.height));
        const viewport = page.getViewport({ scale: Math.min((width_px * devicePixelRatio) / plain.width, most) });
        [canvas.width, canvas.height] = [Math.floor(viewport.width), Math.floor(viewport.height)];
        await page.render({ canvas, viewport, annotationMode: 1 }).promise;
        const { items } = await page.getTextContent();
        return items.map((item) => ("str" in item ? item.str + (item.hasEOL ? "\n" : "") : "")).join("");
      },
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}
