/** How many groups of a toolbar stand in it before the rest goes into its menu; pure. */

/** `more_px`: the button of that menu. Groups are laid in rows from the left and never broken. */
export type Bar = { width_px: number; rows: number; gap_px: number; more_px: number };

/** The longest beginning of the groups that fits, with the menu's button wherever something stays behind. */
export function fitting(widths_px: readonly number[], bar: Bar): number {
  if (fits(widths_px, bar)) return widths_px.length;
  for (let count = widths_px.length - 1; count > 0; count -= 1) {
    if (fits([...widths_px.slice(0, count), bar.more_px], bar)) return count;
  }
  return 0;
}

/** What shows nothing takes no room, nor a gap. */
function fits(widths_px: readonly number[], { width_px, rows, gap_px }: Bar): boolean {
  let row = 1;
  let used_px = 0;
  for (const each of widths_px) {
    if (each === 0) continue;
    const wanted_px = used_px === 0 ? each : used_px + gap_px + each;
    if (wanted_px > width_px) row += 1;
    used_px = wanted_px > width_px ? each : wanted_px;
  }
  return row <= rows;
}
