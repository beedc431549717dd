/** Which VOI LUT Function (PS3.3 C.11.2.1.3) a window of a stack is drawn under. Pure. */
import type { PackHeader } from "./pack";

type Windowed = Pick<PackHeader, "windows">;

/**
 * A window of the file has its own; any other, or a new one (null), that of the file's last. The first may be what the
 * ends of the file's table span, a line of its own beside the file's windows, which all share one function.
 */
export function functionOf({ windows }: Windowed, window: { center: number; width: number } | null): string {
  const same = windows.find(({ center, width }) => center === window?.center && width === window.width);
  return (same ?? windows[windows.length - 1])?.function ?? "LINEAR";
}

/** Every function that some window of the stack is drawn under. */
export const functionsOf = ({ windows }: Windowed): ReadonlySet<string> =>
  new Set(windows.map((window) => window.function ?? "LINEAR"));
