/** The page elements of the viewer: four viewports with their overlays, made once, shown and hidden by layout. */
import type { Size } from "../lib/planes";
import type { Layout, ViewportId } from "../wire/types";
import { createOverlay, type Overlay, type Text } from "./overlay";
import { VIEWPORT_IDS } from "./screens";
import { installStyle } from "./style";

export type Stage = {
  root: HTMLElement;
  screens: Record<ViewportId, HTMLDivElement>;
  overlays: Record<ViewportId, Overlay>;
  arrange(layout: Layout, active: ViewportId): void;
  size(id: ViewportId): Size;
  /** What the server draws lies here, over the screen and under the words. */
  frames: Record<ViewportId, HTMLElement>;
  /** Hides a picture that is not (yet) the one asked for. */
  blank(id: ViewportId, isBlank: boolean): void;
  destroy(): void;
};

export function createStage(host: HTMLElement, text: Text): Stage {
  installStyle();
  const root = document.createElement("div");
  root.className = "viewer";
  const made = VIEWPORT_IDS.map((id) => [id, newViewport(id, text)] as const);
  const frames = Object.fromEntries(made) as Record<ViewportId, ReturnType<typeof newViewport>>;
  root.append(...made.map(([, viewport]) => viewport.frame));
  host.append(root);

  const shape = (): void => {
    root.dataset.shape = root.clientHeight > root.clientWidth ? "tall" : "wide";
  };
  shape();
  const watch = new ResizeObserver(shape);
  watch.observe(root);

  const each = <Part>(part: (viewport: ReturnType<typeof newViewport>) => Part): Record<ViewportId, Part> =>
    Object.fromEntries(made.map(([id, viewport]) => [id, part(viewport)])) as Record<ViewportId, Part>;

  return {
    root,
    screens: each((viewport) => viewport.screen),
    overlays: each((viewport) => viewport.overlay),
    arrange(layout, active) {
      root.dataset.layout = layout;
      for (const id of VIEWPORT_IDS) {
        const { frame } = frames[id];
        frame.hidden = layout === "mpr" ? id === "stack" : id !== layout;
        frame.style.gridArea = layout === "mpr" ? id : "whole";
        frame.toggleAttribute("data-active", id === active);
      }
    },
    size: (id) => ({ width: frames[id].screen.clientWidth, height: frames[id].screen.clientHeight }),
    frames: each((viewport) => viewport.frame),
    blank: (id, isBlank) => frames[id].frame.toggleAttribute("data-blank", isBlank),
    destroy() {
      watch.disconnect();
      root.remove();
    },
  };
}

function newViewport(id: ViewportId, text: Text): { frame: HTMLDivElement; screen: HTMLDivElement; overlay: Overlay } {
  const frame = document.createElement("div");
  frame.className = "viewport";
  frame.dataset.viewport = id;
  frame.toggleAttribute("data-blank", true);
  const screen = document.createElement("div");
  screen.className = "viewport-screen";
  screen.setAttribute("role", "img");
  screen.setAttribute("aria-label", text(`room.viewer.${id}`));
  const overlay = createOverlay();
  frame.append(screen, overlay.element);
  return { frame, screen, overlay };
}
