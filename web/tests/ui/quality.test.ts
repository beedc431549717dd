import { expect, test } from "vitest";
import { qualityKey } from "../../src/ui/quality";
import { pane } from "../wire/make";

const HERE = { isThin: false, isLossy: false };
const slab = { blend: "mip", thickness_mm: 10 } as const;
const thick = pane({ viewports: pane().viewports.map((one) => ({ ...one, slab })) });

test("what this machine draws from all values is in full resolution and lossless", () => {
  expect(qualityKey("full", HERE, [pane()])).toBe("room.quality.full");
  expect(qualityKey("coarse", HERE, [null, pane()])).toBe("room.quality.coarse");
});

test("a plane that the server draws is at screen size", () => {
  expect(qualityKey("full", HERE, [pane(), thick])).toBe("room.slab.quality.full");
  expect(qualityKey("full", { ...HERE, isThin: true }, [thick])).toBe("room.thin.quality.full");
});

test("what was compressed with loss before it came is never called lossless", () => {
  expect(qualityKey("full", { isThin: false, isLossy: true }, [pane()])).toBe("room.quality.full_lossy");
  expect(qualityKey("full", { isThin: true, isLossy: true }, [pane()])).toBe("room.thin.quality.full_lossy");
  expect(qualityKey("coarse", { isThin: false, isLossy: true }, [pane()])).toBe("room.quality.coarse");
});
