import { expect, test } from "vitest";
import { retryAfter } from "../../../src/viewer/thin/fetching";

const wait = (told: string | null): number | null => retryAfter({ get: () => told }, Date.parse("2026-11-24T10:00:00Z"));

test("Retry-After is seconds or a date (RFC 9110 10.2.3); anything else is none", () => {
  expect(wait("3")).toBe(3000);
  expect(wait("Tue, 24 Nov 2026 10:00:05 GMT")).toBe(5000);
  expect(wait("Tue, 24 Nov 2026 09:00:00 GMT")).toBe(0);
  expect(wait("soon")).toBeNull();
  expect(wait(null)).toBeNull();
});
