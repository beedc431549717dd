/** Between what the page knows of the studies and what the rules of hanging ask for. */
import type { HungStack } from "../room/hanging";
import type { StackRef } from "../room/screen";
import type { StudyPicture } from "../ui/model";
import type { StudyManifest } from "../wire/types";
import { stackRef } from "./catalogue";

export const manifestsOf = (studies: readonly StudyPicture[]): StudyManifest[] =>
  studies.flatMap(({ manifest }) => (manifest === null ? [] : [manifest]));

export const refOf = ({ study_uid, series_uid, entry }: HungStack): StackRef => stackRef(study_uid, series_uid, entry);
