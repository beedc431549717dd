/** Where the panes of a view stand on a screen of a given shape, and which cannot be seen there; pure. */
import type { Size } from "../lib/planes";
import type { Arrangement } from "../wire/types";

export type Places = { rows: number; columns: number; shown: readonly number[] };

// Less than this shows no anatomy: letters and numbers alone take as much.
const LEAST_PX = { width: 110, height: 90 };

/** As arranged where that fits; otherwise the same panes stacked, in order; otherwise as many as fit, the active one first. */
export function placesOn(size: Size, { rows, columns }: Arrangement, active: number): Places {
  const all = Array.from({ length: rows * columns }, (_, index) => index);
  if (size.width <= 0 || size.height <= 0) return { rows, columns, shown: all };
  const most = {
    columns: Math.max(Math.floor(size.width / LEAST_PX.width), 1),
    rows: Math.max(Math.floor(size.height / LEAST_PX.height), 1),
  };
  const isTall = size.height > size.width;
  const fits = rows <= most.rows && columns <= most.columns;
  if (fits && !(isTall && columns > rows)) return { rows, columns, shown: all };
  const across = Math.min(most.columns, isTall ? Math.min(columns, rows) : Math.max(columns, rows));
  const down = Math.ceil(all.length / across);
  if (down <= most.rows) return { rows: down, columns: across, shown: all };
  const room = most.rows * across;
  const shown = all.filter((index) => index === active || index < (active < room ? room : room - 1));
  return { rows: most.rows, columns: across, shown };
}
