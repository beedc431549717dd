/** How long ago something was, counted up while the page stands: `12 min`, `1 h 05`, `3 d`. */

const MINUTE_MS = 60_000;
const EVERY_MS = 15_000;

export function sayAge(elapsedMs: number, dayUnit: string): string {
  const minutes = Math.max(0, Math.floor(elapsedMs / MINUTE_MS));
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${String(minutes % 60).padStart(2, "0")}`;
  return `${Math.floor(hours / 24)} ${dayUnit}`;
}

/** Writes every age inside `root`, now. */
export function writeAges(root: ParentNode, now: number, dayUnit: string): void {
  for (const time of root.querySelectorAll<HTMLTimeElement>("time[data-age]")) {
    const since = Date.parse(time.dateTime);
    if (!Number.isNaN(since)) time.textContent = sayAge(now - since, dayUnit);
  }
}

/** Keeps the ages inside the page right; returns its remover. */
export function keepAges(root: ParentNode, dayUnit: () => string): () => void {
  const write = (): void => writeAges(root, Date.now(), dayUnit());
  write();
  const timer = setInterval(write, EVERY_MS);
  return () => clearInterval(timer);
}
