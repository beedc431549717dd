import { expect, test } from "vitest";
import { isSoftware } from "../../src/viewer/rasteriser";

test.each([
  "ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device (Subzero) (0x0000C0DE)), SwiftShader driver)",
  "llvmpipe (LLVM 15.0.7, 256 bits)",
  "ANGLE (Mesa, llvmpipe (LLVM 15.0.7 256 bits), OpenGL 4.5)",
  "ANGLE (Microsoft, Microsoft Basic Render Driver (0x0000008C) Direct3D11 vs_5_0 ps_5_0, D3D11)",
  "Apple Software Renderer",
])("%s is the processor", (renderer) => {
  expect(isSoftware(renderer)).toBe(true);
});

test.each([
  "ANGLE (Intel, Mesa Intel(R) UHD Graphics 620 (KBL GT2), OpenGL 4.6)",
  "ANGLE (NVIDIA, NVIDIA GeForce RTX 3060 (0x00002503) Direct3D11 vs_5_0 ps_5_0, D3D11)",
  "Apple GPU",
  "Adreno (TM) 640",
  "Mali-G78",
])("%s is hardware", (renderer) => {
  expect(isSoftware(renderer)).toBe(false);
});
