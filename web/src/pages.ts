/** Entry of every page but the room: what forms and lists do when JavaScript is there. */

import { startForms } from "./pages/forms";
import { refresh } from "./pages/fresh";
import { followNews } from "./pages/live";
import { startNihss } from "./pages/nihss";
import { startUpload } from "./pages/upload";
import { showCount, startWorklist } from "./pages/worklist";
import { getJson } from "./wire/api";

// Several things happen to a case at once; one look after them is enough.
const GATHER_MS = 300;

startForms();
startNihss();
startUpload();

const badge = document.querySelector("[data-worklist-count]");
if (badge) startNews();

function startNews(): void {
  const worklist = startWorklist();
  let _waiting: ReturnType<typeof setTimeout> | null = null;
  const look = (): void => {
    _waiting = null;
    if (worklist) worklist.changed();
    else void refresh("case");
    void countWaiting();
  };
  const stop = followNews("/live/worklist", (news) => {
    if ("connected" in news) {
      worklist?.connected(news.connected);
      // What happened while nobody listened is not told again.
      if (!news.connected) return;
    }
    _waiting ??= setTimeout(look, GATHER_MS);
  });
  if (!worklist) void countWaiting();
  window.addEventListener("pagehide", stop, { once: true });
  // A page kept by the browser comes back without its stream.
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());
}

async function countWaiting(): Promise<void> {
  const answer = await getJson<{ count: number }>("/api/expertise/waiting");
  if (answer.ok) showCount(answer.value.count);
}
