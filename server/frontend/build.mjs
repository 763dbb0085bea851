// Bundles each script and style sheet of src/ that a page names into ../partage/web/static/built/.
// What several share, and what is imported on demand, becomes files of its own.
// What packages they are made of, under which licences, is told in built/licences.json.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const OUT = "../partage/web/static/built";

rmSync(OUT, { recursive: true, force: true });
const { metafile } = await build({
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
  metafile: true,
});

/** Return what a package says of itself, and the text of its licence. */
function described(folder) {
  const { name, version, license, homepage } = JSON.parse(readFileSync(`${folder}/package.json`));
  const files = readdirSync(folder, { withFileTypes: true })
    .filter((file) => file.isFile() && /^(licen[cs]e|notice)/i.test(file.name));
  const text = files.map(({ name: file }) => readFileSync(`${folder}/${file}`, "utf8").trim()).join("\n\n");
  return { name, version, license: license ?? "", homepage: homepage ?? "", text };
}

const folders = Object.keys(metafile.inputs)
  .map((file) => file.match(/.*node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0])
  .filter((folder) => folder && existsSync(`${folder}/package.json`));
const packages = [...new Set(folders)].map(described).sort((a, b) => (a.name < b.name ? -1 : 1));
writeFileSync(`${OUT}/licences.json`, JSON.stringify(packages, null, 1));
