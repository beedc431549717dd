/** Who draws with WebGL here: graphics hardware, or the processor under another name. Pure. */

// As `UNMASKED_RENDERER_WEBGL` says it: Chromium's, Mesa's, Windows'. Some browsers say only what the hardware resembles.
const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render/i;

/** Its drawing is slower than drawing by the processor without it. */
export const isSoftware = (renderer: string): boolean => SOFTWARE.test(renderer);
