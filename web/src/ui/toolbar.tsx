/** The room's toolbar: the main acts in sight, on a narrow screen the rest in a menu with its words. */
import type { JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n/text";
import { ArrangementButtons, ArrangementMenu } from "./arrangement";
import { fitting } from "./fitting";
import { Icon } from "./icons";
import { LayerSwitches } from "./layers";
import { MeasureButton, MeasureMenu, UndoButtons } from "./measure";
import { closeMenus } from "./parts";
import { ReadingTools } from "./reading";
import { SlabChoice } from "./slab";
import {
  HandTools,
  KeyViewButton,
  LayoutButtons,
  LookButtons,
  SharingButtons,
  ThinButton,
  WindowChoice,
} from "./tools";
import { UptakeChoice } from "./uptake";

const GROUPS = {
  hand: HandTools,
  measure: MeasureButton,
  undo: UndoButtons,
  panes: ArrangementButtons,
  layout: LayoutButtons,
  slab: SlabChoice,
  reading: ReadingTools,
  window: WindowChoice,
  uptake: UptakeChoice,
  layers: LayerSwitches,
  look: LookButtons,
  sharing: SharingButtons,
  key: KeyViewButton,
  thin: ThinButton,
} satisfies Record<string, () => JSX.Element | null>;

type Name = keyof typeof GROUPS;

const ORDER = Object.keys(GROUPS) as Name[];
/** In the hand the fingers are the tools; what they cannot do comes first. */
const HAND_HELD: readonly Name[] = [
  "window",
  "layout",
  "measure",
  "slab",
  "sharing",
  "key",
  "look",
  "undo",
  "uptake",
  "reading",
  "panes",
  "layers",
  "thin",
  "hand",
];

/** As in room.css: one row of tools, for the image needs the height. */
const SMALL = "(max-width: 48rem), (max-height: 32rem), (max-width: 60rem) and (orientation: portrait)";
const ROWS = 2;
const MORE = "more-tools";
/** As wide as a tool is under a finger, with its border. */
const MORE_PX = 46;

export function Toolbar(): JSX.Element {
  const bar = useRef<HTMLDivElement>(null);
  const { order, shown } = useFitting(bar);
  const draw = (name: Name): JSX.Element => {
    const Group = GROUPS[name];
    return (
      <div key={name} class="fit" data-group={name}>
        <Group />
      </div>
    );
  };
  return (
    <>
      <div ref={bar} class="toolbar" role="toolbar" aria-label={t("room.toolbar")}>
        {order.slice(0, shown).map(draw)}
        {shown < order.length && (
          <button
            type="button"
            class="tool more"
            popovertarget={MORE}
            aria-label={t("room.more")}
            title={t("room.more")}
          >
            <Icon name="more" />
          </button>
        )}
      </div>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: Enter and space on its buttons arrive as clicks */}
      <div id={MORE} class="more-tools" popover="auto" role="dialog" aria-label={t("room.more")} onClick={closeAfter}>
        {order.slice(shown).map(draw)}
      </div>
      <MeasureMenu />
      <ArrangementMenu />
    </>
  );
}

/** What was chosen is looked at without the menu; a button that opens the next menu keeps this one under it. */
function closeAfter({ target }: Event): void {
  const button = target instanceof Element ? target.closest("button") : null;
  if (button !== null && !button.hasAttribute("popovertarget")) closeMenus();
}

/** Which groups stand in the bar: as many of the order as there is room for, measured before anything is painted. */
function useFitting(bar: { current: HTMLElement | null }): { order: readonly Name[]; shown: number } {
  const [isSmall, setSmall] = useState(() => window.matchMedia(SMALL).matches);
  const [shown, setShown] = useState(ORDER.length);
  const order = isSmall ? HAND_HELD : ORDER;
  // Of a group that is put away, as wide as it was when it was last in sight.
  const widths = useRef(new Map<string, number>());

  useLayoutEffect(() => {
    const element = bar.current;
    if (element === null) return;
    const measure = (): void => {
      setSmall(window.matchMedia(SMALL).matches);
      for (const group of groupsIn(element)) widths.current.set(group.dataset.group ?? "", group.offsetWidth);
      const { columnGap, paddingLeft, paddingRight } = getComputedStyle(element);
      setShown(
        fitting(
          order.map((name) => widths.current.get(name) ?? 0),
          {
            width_px: element.clientWidth - Number.parseFloat(paddingLeft) - Number.parseFloat(paddingRight),
            rows: isSmall ? 1 : ROWS,
            gap_px: Number.parseFloat(columnGap) || 0,
            more_px: MORE_PX,
          },
        ),
      );
    };
    const watch = new ResizeObserver(measure);
    for (const each of [element, ...groupsIn(element)]) watch.observe(each);
    measure();
    return () => watch.disconnect();
  }, [bar, order, isSmall, shown]);

  return { order, shown };
}

const groupsIn = (bar: HTMLElement): HTMLElement[] => [...bar.querySelectorAll<HTMLElement>(".fit")];
