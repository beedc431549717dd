/** The room's drawings, 24 units square, in the colour of their text; words beside or around them say what they mean. */
import type { JSX } from "preact";

const PATHS = {
  window: "M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18zM12 3v18M12 7h5.5M12 12h9M12 17h5.5",
  region: "M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M12 8a4 4 0 0 0 0 8zM12 8a4 4 0 0 1 0 8",
  pan: "M12 3v18M3 12h18M12 3l-3 3M12 3l3 3M12 21l-3-3M12 21l3-3M3 12l3-3M3 12l3 3M21 12l-3-3M21 12l-3 3",
  zoom: "M10.5 4a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13zM15.5 15.5L21 21M10.5 7.5v6M7.5 10.5h6",
  lens: "M11 3a8 8 0 1 0 0 16a8 8 0 1 0 0-16zM17 17l4.500 4.500M7.500 11a3.500 3.500 0 0 1 3.500-3.500",
  scroll: "M4 9l8-4l8 4l-8 4zM4 13l8 4l8-4M4 17l8 4l8-4",
  stack: "M4 4h16v16H4z",
  mpr: "M4 4h16v16H4zM12 4v16M4 12h16",
  straighten: "M12 3v18M3 12h18M6 4l-2 2M4 4l14 14M18 14v4h-4",
  panes: "M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z",
  link: "M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1",
  invert: "M12 3a9 9 0 1 0 0 18zM12 3a9 9 0 0 1 0 18",
  rotate: "M20 12a8 8 0 1 1-3-6.200M20 4v4.500h-4.500",
  flip: "M12 3v18M9 7L3 17h6zM15 7l6 10h-6z",
  play: "M7 4l13 8l-13 8z",
  pause: "M8 4v16M16 4v16",
  reset: "M4 12a8 8 0 1 0 3-6.2M4 4v4.5h4.5",
  follow: "M9 7a3.2 3.2 0 1 0 0-.01M3.5 19c0-4 2.5-6 5.5-6s5.5 2 5.5 6M17 8l4 4l-4 4M14.5 12H21",
  overlays: "M4 4h16v16H4zM8 16l4-8l4 8M9.500 13h5",
  shutter: "M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18zM7 6v12M17 6v12M7 8h10M7 16h10",
  thin: "M5 18h13a4 4 0 0 0 .5-8A6 6 0 0 0 7 9a4.500 4.500 0 0 0-2 9zM12 11v5M9.500 13.500L12 16l2.500-2.500",
  share: "M12 3v12M8 7l4-4l4 4M5 12v8h14v-8",
  key: "M6 3h12v18l-6-5l-6 5z",
  pointer: "M5 3l14 8l-6 1.5L10 19z",
  mic: "M12 3a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3zM5 11a7 7 0 0 0 14 0M12 18v3",
  mic_off:
    "M9 6a3 3 0 0 1 6 0v5m-1 2.2A3 3 0 0 1 9 11V9M5 11a7 7 0 0 0 11 5.7M19 11a7 7 0 0 1-.5 2.6M12 18v3M4 3l16 18",
  camera: "M3 7h12v10H3zM15 11l6-3.5v9L15 13",
  camera_off: "M8 7h7v6M15 11l6-3.5v9L17 14.200M3 7h2m10 10H3V7M4 3l16 18",
  call: "M5 4h4l2 5l-2.500 1.500a11 11 0 0 0 5 5L15 13l5 2v4a2 2 0 0 1-2 2A15 15 0 0 1 3 6a2 2 0 0 1 2-2z",
  leave: "M3 14c5-5 13-5 18 0l-2.500 3l-4-1.500v-2.700a12 12 0 0 0-5 0v2.700L5.500 17z",
  help: "M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18zM9.500 9.500a2.500 2.500 0 1 1 3.500 2.300c-.700.400-1 .900-1 1.700v.500M12 17v.100",
  exit: "M10 4H5v16h5M14 8l4 4l-4 4M18 12H9",
  warning: "M12 4L2.500 20h19zM12 10v5M12 17.500v.100",
  check: "M4 12.500l5 5L20 6.500",
  close: "M5 5l14 14M19 5L5 19",
  images: "M3 6h13v13H3zM8 3h13v13M6 15l3-4l3 4",
  people:
    "M8.500 6a3 3 0 1 0 0 .010M2.500 19c0-4 2.500-6 6-6s6 2 6 6M15.500 4a3 3 0 0 1 0 6M17 13.500c2.500.500 4.500 2.500 4.500 5.500",
  request: "M6 3h9l4 4v14H6zM9 12h7M9 16h7M9 8h3",
  pen: "M4 20l1-5L16 4l4 4L9 19zM13.500 6.500l4 4",
  back: "M16 5l-8 7l8 7",
  chevron: "M8 5l7 7l-7 7",
  hand: "M7 12V6.500a1.500 1.500 0 0 1 3 0V11M10 10V4.500a1.500 1.500 0 0 1 3 0V10M13 10.500V5.500a1.500 1.500 0 0 1 3 0V12M16 9a1.500 1.500 0 0 1 3 0v5a7 7 0 0 1-7 7c-3 0-4.500-1.500-6-4l-2.500-4.500a1.500 1.500 0 0 1 2.500-1.500L7 13",
  presents: "M3 4h18v12H3zM12 16v4M8 20h8M10 7.500l4.500 2.500l-4.500 2.500z",
  measure: "M3 16L16 3l5 5L8 21zM8 11l2 2M11 8l3 3M14 5l2 2M5.500 13.500l2 2",
  undo: "M9 7L4 12l5 5M4 12h10a5 5 0 0 1 5 5v1",
  redo: "M15 7l5 5l-5 5M20 12H10a5 5 0 0 0-5 5v1",
  more: "M5 11a1 1 0 1 0 0 2a1 1 0 1 0 0-2zM12 11a1 1 0 1 0 0 2a1 1 0 1 0 0-2zM19 11a1 1 0 1 0 0 2a1 1 0 1 0 0-2z",
  settings: "M4 7h9M17 7h3M4 17h3M11 17h9M15 4.500v5M9 14.500v5",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
