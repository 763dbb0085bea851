// Bundles each script and style sheet of src/ that a page names into ../partage/web/static/built/.
// What several share, and what is imported on demand, becomes files of its own.
import { readdirSync, rmSync } from "node:fs";
import { build } from "esbuild";

const OUT = "../partage/web/static/built";

rmSync(OUT, { recursive: true, force: true });
await build({
  entryPoints: readdirSync("src", { withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => `src/${file.name}`),
  outdir: OUT,
  bundle: true,
  splitting: true,
  format: "esm",
  target: "es2022",
  loader: { ".woff2": "file" },
  minify: true,
  legalComments: "linked",
  logLevel: "warning",
});
