/** The coded part of a conclusion, from the form's fields to what the server takes (collab/conclusions/answers.py); pure. */

export type Pathway = "stroke" | "neurosurgery" | "general";

export type Choice = { name: string; codes: readonly string[] };

const AGREEMENT: Choice = {
  name: "local_agreement",
  codes: ["concordant", "complementary", "minor_discordance", "major_discordance", "no_local_report"],
};
const CERTAINTY: Choice = { name: "certainty", codes: ["high", "moderate", "low"] };

const DECISIONS: Readonly<Record<Pathway, readonly Choice[]>> = {
  stroke: [
    { name: "ivt", codes: ["tenecteplase", "alteplase", "none", "deferred"] },
    { name: "evt", codes: ["indicated", "not_indicated", "receiving_centre"] },
    {
      name: "disposition",
      codes: ["stay_local", "transfer_stroke_unit", "transfer_evt", "mothership", "palliative"],
    },
  ],
  neurosurgery: [
    {
      name: "transfer_decision",
      codes: [
        "transfer_immediate_theatre",
        "transfer_icu",
        "transfer_ward",
        "transfer_elective_dated",
        "no_transfer_surveillance",
        "no_transfer_not_indicated",
        "no_transfer_futility",
        "decision_pending_exam",
        "redirect_other_centre",
      ],
    },
  ],
  general: [
    { name: "advice", codes: ["treatment", "transfer", "surveillance", "further_exam", "refer_rcp", "no_action"] },
  ],
};

/** Pathways without codes of their own answer with a general advice. */
export const pathwayOf = (name: string | undefined): Pathway =>
  name === "stroke" || name === "neurosurgery" ? name : "general";

export const decisionChoices = (pathway: Pathway): readonly Choice[] => DECISIONS[pathway];
export const commonChoices: readonly Choice[] = [AGREEMENT, CERTAINTY];

/** What the local team does when the patient stays; "no transfer" alone is no answer. */
export const RETURN_ADVICE = ["surveillance", "call_back_criteria", "call_back_phone"] as const;
export const RETURN_ADVICE_MORE = ["repeat_ct_hours", "anticoagulation", "told_to_family"] as const;
export const CRITICAL = ["critical_finding", "told_to"] as const;
export const TOLD_HOW: Choice = { name: "told_how", codes: ["room", "phone", "in_person"] };

export type Fields = Readonly<Record<string, string>>;

export const needsReturnAdvice = (fields: Fields): boolean =>
  (fields.transfer_decision ?? "").startsWith("no_transfer_");

/** Names of the fields that must be filled before anything can be signed. */
export function missingFields(pathway: Pathway, fields: Fields): readonly string[] {
  const choices = [...decisionChoices(pathway), ...commonChoices].map((choice) => choice.name);
  const advice = pathway === "neurosurgery" && needsReturnAdvice(fields) ? RETURN_ADVICE : [];
  const critical = fields.critical_finding ? ["told_to", "told_how"] : [];
  return [...choices, ...advice, ...critical].filter((name) => (fields[name] ?? "").trim() === "");
}

export function answersOf(pathway: Pathway, fields: Fields, now: Date): Record<string, unknown> {
  const said = (name: string): string => (fields[name] ?? "").trim();
  const decision = Object.fromEntries(decisionChoices(pathway).map(({ name }) => [name, said(name)]));
  const advice = pathway === "neurosurgery" && needsReturnAdvice(fields) ? { return_advice: returnAdvice(fields) } : {};
  return {
    decision: { pathway, ...decision, ...advice },
    local_agreement: said("local_agreement"),
    certainty: said("certainty"),
    incidents: said("incidents"),
    acts_and_prescriptions: said("acts_and_prescriptions"),
    limits: said("limits"),
    critical_finding: said("critical_finding") === "" ? null : critical(fields, now),
  };
}

function returnAdvice(fields: Fields): Record<string, unknown> {
  const hours = Number.parseInt(fields.repeat_ct_hours ?? "", 10);
  return {
    surveillance: fields.surveillance?.trim() ?? "",
    call_back_criteria: fields.call_back_criteria?.trim() ?? "",
    call_back_phone: fields.call_back_phone?.trim() ?? "",
    repeat_ct_hours: Number.isNaN(hours) ? null : hours,
    anticoagulation: fields.anticoagulation?.trim() ?? "",
    told_to_family: fields.told_to_family?.trim() ?? "",
  };
}

const critical = (fields: Fields, now: Date): Record<string, unknown> => ({
  finding: fields.critical_finding?.trim(),
  told_to: fields.told_to?.trim(),
  told_at: now.toISOString(),
  how: fields.told_how,
  read_back: fields.read_back === "yes",
});
