/** The viewer's own rules, given to the page as a constructed sheet: no inline style, so the CSP stays strict. */
const RULES = `
.panes { position: relative; width: 100%; height: 100%; background: #000; }
.panes-grid { display: grid; gap: 2px; width: 100%; height: 100%; min-height: 0; }
.pane { position: relative; display: flex; flex-direction: column; min-width: 0; min-height: 0; overflow: hidden; }
.pane[hidden] { display: none; }
.panes-grid[data-many] .pane { border: 1px solid #2b3138; }
.panes-grid[data-many] .pane[data-active] { border-color: var(--accent, #6fb7ff); box-shadow: inset 0 0 0 1px var(--accent, #6fb7ff); }
.pane[data-target] { outline: 2px dashed var(--accent, #6fb7ff); outline-offset: -4px; }
.pane-head { flex: none; display: flex; flex-wrap: wrap; align-items: center; gap: 0 6px; min-height: 22px; padding: 0 2px 0 6px; overflow: hidden;
  background: #14171a; color: #c9ced3; font: 12px/1.35 var(--font, system-ui, sans-serif); font-variant-numeric: tabular-nums; }
.pane[data-empty] .pane-head { background: transparent; position: absolute; top: 0; right: 0; z-index: 1; }
.pane-head > span { white-space: nowrap; }
.pane-title { flex: 1 1 0; min-width: 6em; overflow: hidden; text-overflow: ellipsis; }
.pane-prior, .pane-note { flex: none; padding: 0 6px; border-radius: 9px; font-weight: 600; }
.panes-grid[data-picking] .viewport-screen { cursor: crosshair; }
.pane-head > .pane-note.line { flex: 1 0 100%; order: 1; white-space: normal; overflow-wrap: anywhere; border-radius: 0; padding: 0 2px; }
.pane-prior, .pane-note.warn { background: #3b2c0c; color: var(--warn, #f2b64b); }
.pane .pane-close { flex: none; margin-left: auto; min-height: 20px; min-width: 24px; padding: 0 6px; border: 0; background: transparent;
  color: inherit; font-size: 15px; line-height: 1; }
.panes-grid:not([data-many]) .pane-close { display: none; }
.pane-host { flex: 1; min-height: 0; position: relative; }
.pane[data-empty] .pane-host { visibility: hidden; }
.pane .pane-empty { display: none; position: absolute; inset: 0; width: 100%; border: 0; border-radius: 0; background: #000;
  color: #a3abb3; font-size: 13px; white-space: normal; padding: 1em; }
.panes-grid[data-many] .pane[data-empty] .pane-empty { display: block; }
.panes-missing { position: absolute; left: 50%; bottom: 6px; transform: translateX(-50%); z-index: 3; margin: 0; padding: 2px 10px;
  border-radius: 9px; background: #3b2c0c; color: var(--warn, #f2b64b); font: 600 12px/1.4 var(--font, system-ui, sans-serif);
  text-align: center; }
.panes-missing[hidden] { display: none; }
@media (pointer: coarse) { .pane .pane-close { min-width: 40px; min-height: 32px; } }
.viewer { position: relative; width: 100%; height: 100%; min-height: 0; background: #000; display: grid; gap: 2px;
  grid-template: "whole" 1fr / 1fr; overflow: hidden; user-select: none; -webkit-user-select: none; }
.viewer[data-layout="mpr"] { grid-template: "axial sagittal" 1fr "axial coronal" 1fr / 3fr 2fr; }
.viewer[data-layout="mpr"][data-shape="tall"] { grid-template: "axial axial" 3fr "sagittal coronal" 2fr / 1fr 1fr; }
.viewer .viewport { container-type: inline-size; position: relative; min-width: 0; min-height: 0; overflow: hidden; background: #000; color: #c9ced3;
  font: 12px/1.35 var(--font, system-ui, sans-serif); font-variant-numeric: tabular-nums; }
.viewer .viewport[hidden] { display: none; }
.viewer[data-layout="mpr"] .viewport[data-active] { outline: 1px solid var(--accent, #6fb7ff); outline-offset: -1px; }
.viewer .viewport-screen { width: 100%; height: 100%; touch-action: none; cursor: crosshair; outline: none; }
.viewer .viewport-screen[data-grip] { cursor: move; }
.viewer .viewport-served { position: absolute; inset: 0; width: 100%; height: 100%; pointer-events: none; z-index: 1; }
.viewer .viewport-served[hidden] { display: none; }
.viewer .viewport[data-blank] canvas { visibility: hidden; }
.viewer .viewport-overlay { position: absolute; inset: 0; pointer-events: none; z-index: 2;
  text-shadow: 0 0 1px #000, 0 0 2px #000, 0 0 2px #000, 0 0 3px #000, 0 0 4px #000, 0 0 6px #000; }
.viewer .viewport-overlay > span { position: absolute; white-space: nowrap; }
.viewer .at-top { top: calc(6px + var(--bars, 0px)); left: 50%; transform: translateX(-50%); font-weight: 600; }
.viewer .at-bottom { bottom: 6px; left: 50%; transform: translateX(-50%); font-weight: 600; }
.viewer .at-left { left: 8px; top: 50%; transform: translateY(-50%); font-weight: 600; }
.viewer .at-right { right: 8px; top: 50%; transform: translateY(-50%); font-weight: 600; }
.viewer .in-slice { left: 8px; bottom: 8px; white-space: pre !important; }
.viewer .in-window { right: 8px; bottom: 8px; text-align: right; white-space: pre !important; }
.viewer .in-value { left: 8px; bottom: 44px; font-weight: 600; }
.viewer .viewport-layers { position: absolute; inset: 0; width: 100%; height: 100%; }
.viewer .in-layers { left: 8px; top: calc(8px + var(--bars, 0px)); padding: 1px 7px; border-radius: 9px; background: #3b2c0c; color: var(--warn, #f2b64b);
  text-shadow: none; font-weight: 600; white-space: pre-line !important; box-sizing: border-box;
  max-width: calc(50% - 34px); }
@container (max-width: 420px) { .viewer .in-layers { font-size: 10px; font-weight: 400; padding: 0 4px; line-height: 1.2; } }
.viewer .in-layers:empty { display: none; }
.pane[data-below], .viewer[data-layout="mpr"] [data-viewport="coronal"],
.viewer[data-layout="mpr"][data-shape="tall"] [data-viewport="sagittal"] { --bars: 0px; }
.viewer .in-scale { right: 8px; bottom: 48px; border: solid #c9ced3; border-width: 0 1px 1px 1px; height: 14px;
  text-align: center; box-sizing: border-box; line-height: 11px; font-size: 11px; box-shadow: 0 1px 2px #000; }
@container (max-width: 300px) { .viewer .at-bottom { bottom: 38px; } }
@container (max-width: 260px) { .viewer .in-slice, .viewer .in-window { bottom: 4px; } .viewer .at-bottom { bottom: 38px; } .viewer .in-value { bottom: 38px; }
  .viewer .in-scale { display: none; } }
.viewer .in-quality { right: 8px; top: calc(8px + var(--bars, 0px)); padding: 1px 7px; border-radius: 9px; background: #3b2c0c;
  color: var(--warn, #f2b64b); text-shadow: none; font-weight: 600; }
.viewer .in-quality { max-width: calc(50% - 12px); white-space: normal !important; text-align: right; box-sizing: border-box; }
@container (max-width: 420px) { .viewer .in-quality { font-size: 10px; font-weight: 400; padding: 0 4px; line-height: 1.2; } }
@container (max-width: 200px) {
  .viewer .viewport-overlay > span { font-size: 11px; }
  .viewer .in-slice { left: 4px; }
  .viewer .in-window { left: 4px; right: auto; bottom: 34px; text-align: left; }
  .viewer .at-bottom { bottom: 50px; }
  .viewer .in-quality { left: 4px; right: 4px; top: calc(22px + var(--bars, 0px)); max-width: none; text-align: center; }
  .viewer .in-layers { left: 4px; top: calc(48px + var(--bars, 0px)); max-width: calc(100% - 8px); }
  .viewer[data-layout="mpr"] .viewport:not([data-viewport="axial"]) .in-window { display: none; }
  .viewer[data-layout="mpr"] .viewport:not([data-viewport="axial"]) .at-bottom { bottom: 36px; }
}
.viewer .in-quality[data-best] { background: #1c2126; color: #c9ced3; font-weight: 400; }
.viewer .in-quality:empty { display: none; }
.viewer .viewport-overlay svg { position: absolute; inset: 0; width: 100%; height: 100%; overflow: hidden; }
.viewer .pointer text { font-size: 12px; font-weight: 600; fill: currentColor; paint-order: stroke; stroke: #000;
  stroke-width: 3px; stroke-linejoin: round; }
.viewer .pointer .halo { stroke: #000; stroke-width: 4px; fill: none; }
.viewer .pointer .mark { stroke: currentColor; stroke-width: 2px; fill: none; }
.viewer .pointer[data-beyond] path { display: none; }
.viewer .annotation path { fill: none; stroke-linejoin: round; stroke-linecap: round; }
.viewer .annotation .halo { stroke: #000; stroke-width: 4px; opacity: 0.75; }
.viewer .annotation .mark { stroke: currentColor; stroke-width: 1.75px; }
.viewer .annotation[data-sketch] .mark { stroke-dasharray: 5 4; }
.viewer .annotation[data-selected] .mark { stroke-width: 3px; }
.viewer .annotation .leader { stroke: currentColor; stroke-width: 1px; stroke-dasharray: 2 4; }
.viewer .annotation circle { fill: #000; fill-opacity: 0.35; stroke: currentColor; stroke-width: 1.5px; }
.viewer .annotation circle[data-held] { fill: currentColor; fill-opacity: 1; stroke: #fff; }
.viewer .annotation[data-held] .mark { stroke-width: 4px; }
@media (pointer: coarse) { .viewer .annotation circle { r: 9px; } }
.viewer .annotation text { font-size: 12px; font-weight: 600; fill: currentColor; paint-order: stroke; stroke: #000;
  stroke-width: 3px; stroke-linejoin: round; }
.viewer .region { fill: none; stroke: #fff; stroke-width: 1.5px; stroke-dasharray: 5 4; filter: drop-shadow(0 0 1px #000); }
.viewer .viewport-screen[data-held] { cursor: grab; }
.viewer .grip { fill: #000; fill-opacity: 0.5; stroke: var(--text-soft, #a3abb3); stroke-width: 1.5px; }
.viewer .lens { position: absolute; z-index: 3; border-radius: 50%; pointer-events: none; background: #000;
  box-shadow: 0 0 0 1.5px #c9ced3, 0 0 0 4px rgb(0 0 0 / 0.6); }
.viewer .cut { stroke: var(--text-soft, #a3abb3); stroke-width: 1px; stroke-dasharray: 6 5; opacity: 0.55; }
`;

let isIn = false;

export function installStyle(): void {
  if (isIn) return;
  isIn = true;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(RULES);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}
