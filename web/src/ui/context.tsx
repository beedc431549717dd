/** Gives every panel the model and the actions without passing them from hand to hand. */
import { type ComponentChildren, createContext, type JSX } from "preact";
import { useContext } from "preact/hooks";
import type { Actions, Model } from "./model";

type Shared = { model: Model; actions: Actions };

const SharedContext = createContext<Shared | null>(null);

export function Provide({ shared, children }: { shared: Shared; children: ComponentChildren }): JSX.Element {
  return <SharedContext.Provider value={shared}>{children}</SharedContext.Provider>;
}

export function useRoom(): Shared {
  const shared = useContext(SharedContext);
  if (shared === null) throw new Error("a panel stands outside the room");
  return shared;
}
