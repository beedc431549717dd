/** Counts the NIHSS while its items are chosen, and says how many are missing; the server counts again. */

export type Counted = { total: number; missing: number };

/** Untestable items count 0 and are not missing. */
export function countNihss(values: readonly string[]): Counted {
  const given = values.filter((value) => value !== "");
  const total = given.reduce((sum, value) => sum + (value === "UN" ? 0 : Number(value)), 0);
  return { total, missing: values.length - given.length };
}

/** Starts every score on the page; returns its remover. */
export function startNihss(): () => void {
  const scores = [...document.querySelectorAll<HTMLElement>("[data-nihss]")];
  const write = (score: HTMLElement): void => {
    const items = [...score.querySelectorAll<HTMLSelectElement>("[data-nihss-item]")];
    const { total, missing } = countNihss(items.map((item) => item.value));
    const output = score.querySelector<HTMLOutputElement>("[data-nihss-total]");
    if (!output) return;
    output.hidden = missing === items.length;
    output.value = (score.dataset.words ?? "").replace("{total}", String(total)).replace("{missing}", String(missing));
  };
  const changed = (event: Event): void => write(event.currentTarget as HTMLElement);
  for (const score of scores) {
    write(score);
    score.addEventListener("change", changed);
  }
  return () => {
    for (const score of scores) score.removeEventListener("change", changed);
  };
}
