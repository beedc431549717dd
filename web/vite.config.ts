import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  base: "/static/dist/",
  // Cornerstone reaches vtk's XML mesh readers, whose Node dependency breaks the built bundle at start.
  resolve: { alias: { xmlbuilder2: here("./src/lib/no_xml.ts") } },
  worker: { format: "es" },
  build: {
    manifest: true,
    target: "es2022",
    outDir: "dist",
    chunkSizeWarningLimit: 5000,
    rollupOptions: { input: [here("./src/main.ts"), here("./src/pages.ts")] },
  },
  test: { include: ["tests/**/*.test.ts"], environment: "node" },
});
