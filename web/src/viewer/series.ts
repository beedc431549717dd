/** A display stack with its values in memory; a stack without them is drawn by the server. */
import { createMemory, type Memory } from "./memory";
import type { PackHeader } from "./pack";
import { createStack, type Stack } from "./stack";

export type Series = Stack & Memory;

/** `ready`: see `createMemory`. */
export function createSeries(key: string, header: PackHeader, ready: () => void = () => undefined): Series {
  const stack = createStack(key, header);
  return { ...stack, ...createMemory(stack, ready) };
}

/** The same stack as one whose values are here; null where they are not. */
export const inMemory = (stack: Stack): Series | null => ("valuesOf" in stack ? (stack as Series) : null);

export { seriesKey } from "./stack";
