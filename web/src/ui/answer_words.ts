/** Names of a conclusion's fields and codes, in the conclusion's own words. */
import { said, t } from "../i18n/text";

/** The conclusion's own word for a field or a code: one truth with the printed document. */
export const label = (name: string): string => said(`conclusions.${name}`) ?? name;

/** Fields whose words stand in this page's own catalogue. */
const TITLES: Readonly<Record<string, () => string>> = {
  acts_and_prescriptions: () => t("room.sign.acts.title"),
  incidents: () => t("room.sign.incidents.title"),
  told_how: () => t("room.sign.told_how"),
};

export const titleOf = (name: string): string => TITLES[name]?.() ?? label(name);
