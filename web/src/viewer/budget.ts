/** How much memory the images of one page may take. Pure. */

const MB = 1024 * 1024;

// Of a tab that is killed at 2 to 4 GB the drawing takes as much again (textures), the program 150 MB.
const BUDGETS: readonly (readonly [least_gb: number, budget_mb: number])[] = [
  [8, 1000],
  [4, 600],
  [0, 300],
];
/** Firefox and Safari do not tell. */
const UNTOLD_GB = 4;

/** `device_gb`: as the browser tells it, rounded down. */
export function budgetOf(device_gb: number | undefined): number {
  const [, budget_mb] = BUDGETS.find(([least_gb]) => (device_gb ?? UNTOLD_GB) >= least_gb) ?? [0, 300];
  return budget_mb * MB;
}

export const budgetHere = (): number => budgetOf((navigator as { deviceMemory?: number }).deviceMemory);
