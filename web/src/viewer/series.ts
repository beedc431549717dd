/** A display stack with its values in memory, as one type; a stack without them is drawn by the server. */
import type { Memory } from "./memory";
import type { Stack } from "./stack";

export type Series = Stack & Memory;

/** The same stack as one whose values are here; null where they are not. */
export const inMemory = (stack: Stack): Series | null => ("valuesOf" in stack ? (stack as Series) : null);
