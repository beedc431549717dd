/** Parts of a shared view that somebody may follow or keep to themselves; pure. */
import type { Facets } from "./types";

export const EVERYTHING: Facets = { slice: true, window: true, zoom: true, layout: true };
export const NOTHING: Facets = { slice: false, window: false, zoom: false, layout: false };

export const FACETS = ["slice", "window", "zoom", "layout"] as const;
export type Facet = (typeof FACETS)[number];

export const isAll = (follows: Facets): boolean => FACETS.every((facet) => follows[facet]);

/** Nothing of the shared view comes to this screen. */
export const walks = (follows: Facets): boolean => FACETS.every((facet) => !follows[facet]);

/** What somebody who does not walk freely keeps to themselves. */
export const ownOf = (follows: Facets): Facet[] => (walks(follows) ? [] : FACETS.filter((facet) => !follows[facet]));

/** The same slice of the same series, be it in another window or nearer. */
export const isInPlace = (follows: Facets): boolean => follows.slice && follows.layout;

/**
 * Why the place of a view cannot be shown in a series of one's own: outside of it, in a frame of reference that nothing
 * joins with its own, or by slices that stand across.
 */
export type Away = "outside" | "unregistered" | "steep";
