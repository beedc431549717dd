/** What one display stack is: its header, where its frames stand, what they are called. Not its values: see `memory`. */
import { type StackGeometry, stackGeometry } from "./geometry";
import type { PackHeader } from "./pack";

export type Stack = {
  readonly key: string;
  readonly header: PackHeader;
  readonly geometry: StackGeometry;
  readonly imageIds: string[];
  /** -1 for an image that is not of this stack. */
  frameIndex(sop_instance_uid: string, frame: number): number;
};

export const seriesKey = (ref: { study_uid: string; series_uid: string; stack: number }): string =>
  `${ref.study_uid}/${ref.series_uid}/${ref.stack}`;

/** Ours, the same on every participant's screen: no address and no token in it. */
export const imageIdOf = (sop_instance_uid: string, frame: number): string => `dx:${sop_instance_uid}:${frame}`;

/** Planes through colour are not drawn: interpolating between palettes or overlays makes colours that mean nothing. */
export const canReformat = ({ header, geometry }: Pick<Stack, "header" | "geometry">): boolean =>
  geometry.grid !== null && header.values !== "rgb8";

export function createStack(key: string, header: PackHeader): Stack {
  const imageIds = header.frames.map((frame) => imageIdOf(frame.sop_instance_uid, frame.frame));
  const places = new Map(imageIds.map((id, index) => [id, index]));
  return {
    key,
    header,
    geometry: stackGeometry(header),
    imageIds,
    frameIndex: (sop_instance_uid, frame) => places.get(imageIdOf(sop_instance_uid, frame)) ?? -1,
  };
}
