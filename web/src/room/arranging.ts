/** What arranging does to a view: another grid with the same panes, a pane closed, one filled; pure. */
import type { Arrangement, Pane, View } from "../wire/types";

/** The same panes in another grid, in order; where they do not all fit, the active one stays. */
export function rearranged(view: View, arrangement: Arrangement): View {
  const room = arrangement.rows * arrangement.columns;
  const filled = view.panes.map((pane, index) => ({ pane, isActive: index === view.active }));
  const isGrowing = room >= view.panes.length;
  const kept = isGrowing ? filled : filled.filter(({ pane, isActive }) => pane !== null || isActive);
  const from = Math.max(Math.min(kept.findIndex(({ isActive }) => isActive) - room + 1, kept.length - room), 0);
  const shown = kept.slice(from, from + room);
  const panes = Array.from({ length: room }, (_, index) => shown[index]?.pane ?? null);
  const active = Math.max(
    shown.findIndex(({ isActive }) => isActive),
    0,
  );
  return { ...view, arrangement, panes, active };
}

export const withPane = (view: View, index: number, pane: Pane | null): View => ({
  ...view,
  active: index,
  panes: view.panes.map((one, at) => (at === index ? pane : one)),
});

/** The next pane in reading order, after the last the first. */
export const nextPane = (view: View): number => (view.active + 1) % view.panes.length;
