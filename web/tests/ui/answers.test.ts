import { expect, test } from "vitest";
import { answersOf, missingFields, pathwayOf } from "../../src/ui/answers";

const now = new Date("2026-11-24T02:10:00Z");
const common = { local_agreement: "concordant", certainty: "high" };

test("a pathway without codes of its own is answered with a general advice", () => {
  expect(pathwayOf("oncology")).toBe("general");
  expect(pathwayOf("stroke")).toBe("stroke");
});

test("a stroke answer carries the three decisions", () => {
  const fields = { ...common, ivt: "tenecteplase", evt: "indicated", disposition: "transfer_evt" };
  expect(missingFields("stroke", fields)).toEqual([]);
  expect(answersOf("stroke", fields, now)).toEqual({
    decision: { pathway: "stroke", ivt: "tenecteplase", evt: "indicated", disposition: "transfer_evt" },
    local_agreement: "concordant",
    certainty: "high",
    incidents: "",
    acts_and_prescriptions: "",
    limits: "",
    critical_finding: null,
  });
});

test("no transfer needs surveillance, criteria and a number to call back", () => {
  const fields = { ...common, transfer_decision: "no_transfer_surveillance" };
  expect(missingFields("neurosurgery", fields)).toEqual(["surveillance", "call_back_criteria", "call_back_phone"]);
  expect(missingFields("neurosurgery", { ...common, transfer_decision: "transfer_icu" })).toEqual([]);
});

test("advice for the way back goes with a patient who stays, and only then", () => {
  const stays = {
    ...common,
    transfer_decision: "no_transfer_surveillance",
    surveillance: "Glasgow horaire",
    call_back_criteria: "GCS -2",
    call_back_phone: "15",
    repeat_ct_hours: "6",
  };
  expect(answersOf("neurosurgery", stays, now).decision).toMatchObject({
    return_advice: { surveillance: "Glasgow horaire", repeat_ct_hours: 6 },
  });
  const goes = answersOf("neurosurgery", { ...stays, transfer_decision: "transfer_icu" }, now);
  expect(goes.decision).not.toHaveProperty("return_advice");
});

test("a critical finding is nothing without whom it was told", () => {
  const fields = { ...common, advice: "treatment", critical_finding: "Engagement" };
  expect(missingFields("general", fields)).toEqual(["told_to", "told_how"]);
  const told = { ...fields, told_to: "Dr Benali", told_how: "phone", read_back: "yes" };
  expect(answersOf("general", told, now).critical_finding).toEqual({
    finding: "Engagement",
    told_to: "Dr Benali",
    told_at: "2026-11-24T02:10:00.000Z",
    how: "phone",
    read_back: true,
  });
});
