/** The view of all panes as one value: what stands here, how it compares with another's, and taking another's over. */
import { type Away, NOTHING } from "../wire/facets";
import type { Arrangement, Facets, Pane as PaneView, View } from "../wire/types";
import type { Begun } from "./download";
import type { ImageName, StackRef } from "./library";
import type { Links } from "./links";
import type { Pane, ShowResult } from "./pane_contract";
import type { Panes } from "./panes";
import { awayFrom, isSameStack } from "./sharing";
import { seriesKey } from "./stack";

export type WholeView = {
  /** Where packs are, of the stacks that a view may name from now on. */
  know(stacks: readonly (StackRef | null)[]): void;
  view(): View | null;
  compare(asked: View, facets: Facets): ShowResult;
  /** Why none of the stacks that stand here has a slice where another's view is; null where one has. */
  away(asked: View): Away | null;
  /** `begun` belongs to the active pane. */
  show(asked: View, facets: Facets, begun: Begun | null): void;
};

const OWN_SERIES: Facets = { ...NOTHING, slice: true };

const RANK: Record<ShowResult, number> = { elsewhere: 0, loading: 1, coarse: 2, same: 3 };

export function createWholeView(panes: Panes, links: Links): WholeView {
  const known = new Map<string, StackRef>();

  function compareAt(index: number, asked: PaneView | null, facets: Facets): ShowResult {
    const pane = panes.at(index);
    if (!pane) return facets.layout ? "elsewhere" : "same";
    if (asked === null) return pane.stack() === null || !facets.layout ? "same" : "elsewhere";
    // A pane that this screen has no room for is seen by nobody here.
    return panes.isOnScreen(index) ? pane.compare(asked, facets) : "elsewhere";
  }

  function fill(pane: Pane, wanted: PaneView | null, begun: Begun | null): void {
    const stack = pane.stack();
    if (wanted && stack && isSameStack(stack, wanted)) return;
    const ref = wanted && known.get(seriesKey(wanted));
    if (!wanted || !ref) {
      if (stack) pane.close();
      return;
    }
    void pane.open(ref, imageOf(wanted), begun);
    panes.active().activate();
  }

  /** With series of one's own what is looked at elsewhere counts, wherever it stands there. */
  function wantedAt(index: number, asked: View, { layout }: Facets): PaneView | null {
    if (layout) return asked.panes[index] ?? null;
    const stack = panes.at(index)?.stack();
    const alike = asked.panes.find((one) => one !== null && stack && isSameStack(stack, one));
    return alike ?? asked.panes[asked.active] ?? null;
  }

  /** Nothing is there yet: nobody can say better. */
  function awayAt(index: number, pane: Pane, asked: View): Away | null {
    const [now, wanted] = [pane.picture(), wantedAt(index, asked, OWN_SERIES)];
    return now === null || wanted === null ? "outside" : awayFrom(now.scene, now.series, wanted, links.laid);
  }

  return {
    away(asked) {
      const all = panes.shown().map((pane, index) => awayAt(index, pane, asked));
      return all.includes(null) ? null : (all[panes.activeIndex()] ?? "outside");
    },
    know(stacks) {
      for (const stack of stacks) if (stack) known.set(seriesKey(stack), stack);
    },
    view() {
      const shown = panes.shown().map((pane) => pane.view());
      // What is on its way is not yet a view of nothing; what was closed by hand is one.
      const isEmptied = known.size > 0 && panes.shown().every((pane) => pane.stack() === null);
      if (shown.every((pane) => pane === null) && !isEmptied) return null;
      return {
        arrangement: panes.arrangement(),
        active: panes.activeIndex(),
        panes: shown,
        linked: links.isOn(),
        links: [],
      };
    },
    compare(asked, facets) {
      if (facets.layout && !isSameArrangement(asked.arrangement, panes.arrangement())) return "elsewhere";
      const found = asked.panes.map((pane, index) => compareAt(index, pane, facets));
      return found.reduce((worst, one) => (RANK[one] < RANK[worst] ? one : worst), "same");
    },
    show(asked, facets, begun) {
      if (facets.layout) {
        links.set(asked.linked);
        if (!isSameArrangement(asked.arrangement, panes.arrangement()) || asked.active !== panes.activeIndex())
          panes.arrange(asked.arrangement, asked.active);
      }
      for (const [index, pane] of panes.shown().entries()) {
        const wanted = wantedAt(index, asked, facets);
        if (facets.layout) fill(pane, wanted, index === asked.active ? begun : null);
        if (wanted) pane.show(wanted, facets);
      }
    },
  };
}

const isSameArrangement = (one: Arrangement, other: Arrangement): boolean =>
  one.rows === other.rows && one.columns === other.columns;

function imageOf({ viewports, active }: PaneView): ImageName | null {
  const shown = viewports.find((one) => one.id === active && one.sop_instance_uid) ?? viewports[0];
  return shown?.sop_instance_uid ? { sop_instance_uid: shown.sop_instance_uid, frame: shown.frame ?? 1 } : null;
}
