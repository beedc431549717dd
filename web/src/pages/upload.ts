/** The drop zone of the studies page: takes folders, files and archives, and shows how each drop is getting on. */

import type { UploadState } from "../wire/types";
import { type PendingFile, readChosen, readDrop } from "./dropped";
import { refresh } from "./fresh";
import { type Progress, SendingRefused, sendBatch } from "./sending";

/** Starts the page's drop zone, if it has one; gives what takes it away again. */
export function startUpload(): () => void {
  const zone = document.querySelector<HTMLElement>("[data-upload]");
  const list = zone?.querySelector<HTMLElement>("[data-upload-batches]");
  if (!zone || !list) return () => {};
  const gone = new AbortController();
  const listen = { signal: gone.signal };
  const running = new Set<AbortController>();
  const send = (files: Promise<PendingFile[]> | PendingFile[]) => void runBatch(zone, list, files, running);

  zone.addEventListener(
    "dragover",
    (event) => {
      event.preventDefault();
      zone.classList.add("over");
    },
    listen,
  );
  zone.addEventListener("dragleave", () => zone.classList.remove("over"), listen);
  zone.addEventListener(
    "drop",
    (event) => {
      event.preventDefault();
      zone.classList.remove("over");
      if (event.dataTransfer) send(readDrop(event.dataTransfer.items));
    },
    listen,
  );
  for (const input of zone.querySelectorAll<HTMLInputElement>("[data-upload-folder], [data-upload-files]")) {
    input.addEventListener(
      "change",
      () => {
        if (input.files?.length) send(readChosen(input.files));
        input.value = "";
      },
      listen,
    );
  }
  addEventListener(
    "beforeunload",
    (event) => {
      // Leaving the page would stop the sending: the browser asks first.
      if (running.size > 0) event.preventDefault();
    },
    listen,
  );
  return () => {
    gone.abort();
    for (const batch of running) batch.abort();
  };
}

async function runBatch(
  zone: HTMLElement,
  list: HTMLElement,
  files: Promise<PendingFile[]> | PendingFile[],
  running: Set<AbortController>,
): Promise<void> {
  const cancel = new AbortController();
  const line = addLine(zone, list, () => cancel.abort());
  running.add(cancel);
  try {
    line.say("reading");
    const found = await files;
    if (found.length === 0) return line.fail("nothing");
    const state = await sendBatch(found, (progress) => show(line, progress), cancel.signal);
    if (state.state === "done") {
      line.finish(state);
      void refresh("studies");
    } else line.fail("failed", { why: state.state });
  } catch (error) {
    if (cancel.signal.aborted) line.fail("cancelled");
    else if (error instanceof SendingRefused && error.refusal.status === 401) line.fail("signedOut");
    else
      line.fail("failed", {
        why: error instanceof SendingRefused ? error.refusal.says || error.message : String(error),
      });
  } finally {
    running.delete(cancel);
    // Where one file was refused, the others of the drop stop as well.
    cancel.abort();
  }
}

function show(line: Line, progress: Progress): void {
  switch (progress.step) {
    case "sending":
      line.measure(progress.sent, progress.size);
      line.say("sending", { sent: readable(progress.sent), size: readable(progress.size), files: progress.files });
      break;
    case "retrying":
      line.say("retrying");
      break;
    case "importing":
      line.measure(progress.state.seen, progress.state.files);
      if (progress.state.seen === 0) line.say("waiting");
      else line.say("importing", { seen: progress.state.seen, files: progress.state.files });
      break;
    case "done":
    case "failed":
      break;
  }
}

type Blanks = Record<string, string | number>;
type Line = {
  say: (key: string, blanks?: Blanks) => void;
  measure: (done: number, whole: number) => void;
  fail: (key: string, blanks?: Blanks) => void;
  finish: (state: UploadState) => void;
};

/** One line of the list: what is happening, a bar, and a way to stop it. */
function addLine(zone: HTMLElement, list: HTMLElement, stop: () => void): Line {
  const item = document.createElement("li");
  const text = document.createElement("span");
  const bar = document.createElement("progress");
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = sentence(zone, "cancel", {});
  button.addEventListener("click", stop, { once: true });
  item.append(text, bar, button);
  list.prepend(item);
  const say = (key: string, blanks: Blanks = {}) => {
    text.textContent = sentence(zone, key, blanks);
  };
  const end = (name: string) => {
    bar.remove();
    button.remove();
    item.className = `notice ${name}`;
  };
  return {
    say,
    measure: (done, whole) => {
      bar.max = Math.max(1, whole);
      bar.value = done;
    },
    fail: (key, blanks) => {
      end("danger");
      item.setAttribute("role", "alert");
      say(key, blanks);
    },
    finish: (state) => {
      end(state.set_aside > 0 || state.study_ids.length === 0 ? "warn" : "ok");
      say("done", { stored: state.stored, known: state.known, set_aside: state.set_aside });
      item.append(...state.study_ids.map((studyId) => studyLink(zone, studyId)));
    },
  };
}

function studyLink(zone: HTMLElement, studyId: string): HTMLElement {
  const link = document.createElement("a");
  link.href = `/studies/${encodeURIComponent(studyId)}`;
  link.textContent = sentence(zone, "open", {});
  link.className = "button";
  return link;
}

/** The template's own sentences stand in `data-t-<key>`; blanks are filled as the server does. */
function sentence(zone: HTMLElement, key: string, blanks: Blanks): string {
  const form = zone.dataset[`t${key.charAt(0).toUpperCase()}${key.slice(1)}`] ?? key;
  return form.replace(/\{(\w+)\}/g, (whole, name: string) => String(blanks[name] ?? whole));
}

function readable(bytes: number): string {
  const lang = document.documentElement.lang || "fr";
  const megabytes = new Intl.NumberFormat(lang, { maximumFractionDigits: bytes < 10_000_000 ? 1 : 0 });
  return `${megabytes.format(bytes / 1_000_000)} ${lang === "fr" ? "Mo" : "MB"}`;
}
