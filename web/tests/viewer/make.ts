/** Builders of packs for tests: headers as the server writes them, and their bytes. */
import type { PackFrame, PackHeader } from "../../src/wire/types";

export function frame(change: Partial<PackFrame> = {}): PackFrame {
  return {
    sop_instance_uid: "1.2.3.1",
    frame: 1,
    instance_number: 1,
    position_mm: [0, 0, 0],
    orientation: [1, 0, 0, 0, 1, 0],
    slope: 1,
    intercept: -1024,
    ...change,
  };
}

/** An axial head CT: `count` slices, 2 mm apart, from (-127.75, -127.75, 100) upwards, 512 x 512 of 0.5 mm. */
export function header(change: Partial<PackHeader> = {}, count = 5): PackHeader {
  const frames = Array.from({ length: count }, (_, index) =>
    frame({ sop_instance_uid: `1.2.3.${index + 1}`, position_mm: [-127.75, -127.75, 100 + 2 * index] }),
  );
  return {
    version: 1,
    study_uid: "1.2",
    series_uid: "1.2.3",
    stack: 0,
    modality: "CT",
    kind: "volume",
    reason: null,
    frame_of_reference_uid: "1.2.9",
    rows: 512,
    columns: 512,
    pixel_spacing_mm: [0.5, 0.5],
    spacing_mm: 2,
    orientation: [1, 0, 0, 0, 1, 0],
    values: "int16",
    unit: "HU",
    invert: false,
    lossy: false,
    pixel_padding: null,
    frame_time_ms: null,
    windows: [{ center: 40, width: 80, function: "LINEAR", explanation: "BRAIN" }],
    frames,
    levels: 5,
    coarse_level: 3,
    distinction: {},
    warnings: [],
    chunks: [],
    ...change,
  };
}

/** A real tilted head CT (GE HiSpeed, +18.5 degrees): slices sheared along z, 4 mm then 7 mm apart. */
export function tiltedHeader(): PackHeader {
  const orientation: [number, number, number, number, number, number] = [1, 0, 0, 0, 0.948324, -0.317305];
  const heights = [0, 4, 8, 12, 19, 26];
  const frames = heights.map((z, index) =>
    frame({ sop_instance_uid: `1.2.4.${index + 1}`, position_mm: [-125, -110, z], orientation }),
  );
  return header({ series_uid: "1.2.4", kind: "stack", reason: "gantry_tilt", spacing_mm: null, orientation, frames });
}

/** An ultrasound picture: no place in the patient, no spacing. */
export function flatHeader(): PackHeader {
  const bare = { position_mm: null, orientation: null };
  return header({
    series_uid: "1.2.5",
    modality: "US",
    kind: "stack",
    reason: "no_geometry",
    frame_of_reference_uid: null,
    rows: 240,
    columns: 320,
    pixel_spacing_mm: null,
    spacing_mm: null,
    orientation: null,
    values: "rgb8",
    unit: "",
    windows: [],
    frames: [frame({ ...bare, frame: 1 }), frame({ ...bare, frame: 2 })],
  });
}

/** The bytes of a pack: `CPK1`, length, header padded to 4, then the chunks, each filled with its place in the table. */
export function packBytes(of: PackHeader): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(of));
  const padded = Math.ceil(text.length / 4) * 4;
  const body = of.chunks.reduce((sum, chunk) => sum + chunk[2], 0);
  const bytes = new Uint8Array(8 + padded + body);
  bytes.set([0x43, 0x50, 0x4b, 0x31]);
  new DataView(bytes.buffer).setUint32(4, padded, true);
  bytes.fill(0x20, 8, 8 + padded);
  bytes.set(text, 8);
  let at = 8 + padded;
  for (const [index, chunk] of of.chunks.entries()) {
    bytes.fill(index, at, at + chunk[2]);
    at += chunk[2];
  }
  return bytes;
}
