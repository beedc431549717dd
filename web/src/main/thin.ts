/** Whether the server draws for this browser: wished for in the address, or chosen by its user before. */

/** A cookie, so that the page need not ask for the code of the full view before it is known not to be wanted. */
const NAME = "consilium_thin";
const KEPT_S = 365 * 24 * 3600;

/** `?view=thin` and `?view=full` hold for this page only. `actor`: several people may use one machine. */
export function wishesThin(actor: string, search = location.search, cookies = document.cookie): boolean {
  const wished = new URLSearchParams(search).get("view");
  if (wished === "thin" || wished === "full") return wished === "thin";
  return cookies.split("; ").includes(`${NAME}=${actor}`);
}

export function rememberThin(actor: string, on: boolean): void {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in Firefox, nor on plain http.
  document.cookie = `${NAME}=${on ? actor : ""}; path=/rooms; max-age=${on ? KEPT_S : 0}; samesite=lax`;
}

/** Offered no more in this tab. */
export const REFUSED_THIN = "consilium.thin.refused";

/** What a browser tells of its line and its memory; where it tells nothing, nothing is concluded. */
export type Means = {
  saveData: boolean;
  effectiveType: string | null;
  memory_gb: number | null;
  /** Of the page's files that have come already; null where nothing tells. */
  rate_mbit_s: number | null;
  /** Since the page was asked for, while no image is there. */
  waited_ms: number;
};

// Below this a head CT of 300 slices takes more than two minutes.
const POOR_MBIT_S = 4;
// A reader who sees nothing for so long looks for another way.
const LONG_MS = 12_000;
const POOR_TYPES: ReadonlySet<string> = new Set(["slow-2g", "2g", "3g"]);
// A stack in memory takes 150 MB and its drawing as much again; such phones close a page at 300.
const SMALL_GB = 1;

/** `failures`: what the images have met on their way. */
export function offerOf(means: Means, failures: ReadonlySet<string>): "link" | "memory" | null {
  if (failures.has("out_of_memory")) return "memory";
  if (means.memory_gb !== null && means.memory_gb <= SMALL_GB) return "memory";
  if (failures.has("pack_unreachable") || means.waited_ms > LONG_MS) return "link";
  if (means.saveData || POOR_TYPES.has(means.effectiveType ?? "")) return "link";
  return means.rate_mbit_s !== null && means.rate_mbit_s < POOR_MBIT_S ? "link" : null;
}

type Told = Navigator & { connection?: { saveData?: boolean; effectiveType?: string }; deviceMemory?: number };

export function meansOf(browser: Told, rate_mbit_s: number | null, waited_ms: number): Means {
  return {
    saveData: browser.connection?.saveData ?? false,
    effectiveType: browser.connection?.effectiveType ?? null,
    memory_gb: browser.deviceMemory ?? null,
    rate_mbit_s,
    waited_ms,
  };
}
