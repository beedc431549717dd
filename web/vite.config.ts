import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Writes `.br` and `.gz` beside each built file: a slow link gets 0.7 MB where plain files are 3. */
function compress(): Plugin {
  return {
    name: "compress",
    apply: "build",
    closeBundle() {
      for (const name of readdirSync(here("./dist/assets"))) {
        if (!/\.(js|css|wasm)$/.test(name)) continue;
        const path = join(here("./dist/assets"), name);
        const plain = readFileSync(path);
        writeFileSync(`${path}.br`, brotliCompressSync(plain));
        writeFileSync(`${path}.gz`, gzipSync(plain, { level: 9 }));
      }
    },
  };
}

/** What pdf.js fetches by name when a document needs it. */
function copyPdfFiles(): Plugin {
  return {
    name: "copy-pdf-files",
    apply: "build",
    closeBundle() {
      for (const folder of ["wasm", "standard_fonts", "cmaps", "iccs"])
        cpSync(here(`./node_modules/pdfjs-dist/${folder}`), here(`./dist/pdf/${folder}`), {
          recursive: true,
          // Scripting and what stands in for WebAssembly are of no use here.
          filter: (name) => !/(quickjs|_fallback)/i.test(name),
        });
    },
  };
}

export default defineConfig({
  base: "/static/dist/",
  plugins: [compress(), copyPdfFiles()],
  // Cornerstone reaches vtk's XML mesh readers, whose Node dependency breaks the built bundle at start.
  resolve: { alias: { xmlbuilder2: here("./src/lib/no_xml.ts") } },
  worker: { format: "es" },
  build: {
    manifest: true,
    target: "es2022",
    outDir: "dist",
    chunkSizeWarningLimit: 5000,
    rollupOptions: { input: [here("./src/main.ts"), here("./src/replay.ts"), here("./src/pages.ts")] },
  },
  test: { include: ["tests/**/*.test.ts"], environment: "node" },
});
