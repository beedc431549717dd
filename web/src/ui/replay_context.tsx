/** Gives every panel of a replay its model and actions. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { ReplayActions, ReplayModel } from "./replay_model";

type Shared = { model: ReplayModel; actions: ReplayActions };

export const ReplayContext = createContext<Shared | null>(null);

export function useReplay(): Shared {
  const shared = useContext(ReplayContext);
  if (shared === null) throw new Error("a panel stands outside the replay");
  return shared;
}
