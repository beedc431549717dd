/** `window.consilium`: what support staff and browser tests may read of the page; nothing in it can change anything. */

export type SupportSources = {
  /** An entry a viewport; `id` is `stack`, `axial`... in the first pane, `2:stack`, `3:axial`... in those after it. */
  view(): readonly unknown[];
  participants(): readonly { name: string; role: string; presenter: boolean; state: string }[];
  seq(): number;
  call(): {
    state: string;
    peers: readonly { name: string; audio: boolean; video: boolean; path: string | null; rtt_ms: number | null }[];
  };
  timings(): Timings;
};

/** Milliseconds since navigation; null until reached. */
export type Timings = {
  joined: number | null;
  first_image: number | null;
  coarse_volume: number | null;
  full_series: number | null;
};

declare global {
  interface Window {
    readonly consilium?: SupportSources;
  }
}

/** Copies, so that nobody holds a part of the page by its tail. */
export function offerSupport(sources: SupportSources): void {
  const handle: SupportSources = {
    view: () => structuredClone(sources.view()),
    participants: () => structuredClone(sources.participants()),
    seq: () => sources.seq(),
    call: () => structuredClone(sources.call()),
    timings: () => ({ ...sources.timings() }),
  };
  Object.defineProperty(window, "consilium", { value: Object.freeze(handle), writable: false, configurable: false });
}
