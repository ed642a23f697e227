// SPDX-License-Identifier: EUPL-1.2
// Builds what the Go program embeds: npm ci && npm run build.
// Usage: node build.mjs [output folder]   (static/dist when left out)
//
// Every file's name carries the first ten hex digits of its SHA-256, so that
// browsers may keep it for ever; manifest.json maps plain names to hashed ones.
// The same input always gives the same bytes: check-fresh.sh relies on it.
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import * as sass from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const out = resolve(process.argv[2] ?? join(here, "static/dist"));
const modules = join(here, "node_modules");
const italia = join(modules, "bootstrap-italia");
const manifest = {};

// emit writes a file under its hashed name and notes it in the manifest.
function emit(name, content) {
  const bytes = Buffer.from(content);
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 10);
  const hashed = name.replace(/\.[^.]+$/, (ending) => `.${hash}${ending}`);
  writeFileSync(join(out, hashed), bytes);
  manifest[name] = hashed;
  return hashed;
}

// The weights in use, in the Latin and Latin Extended subset.
function fonts() {
  const folder = join(italia, "dist/fonts/Titillium_Web");
  const weights = { 400: "regular", 600: "600", 700: "700" };
  return Object.fromEntries(Object.entries(weights).map(([weight, file]) => [
    weight,
    emit(`titillium-${weight}.woff2`,
      readFileSync(join(folder, `titillium-web-v10-latin-ext_latin-${file}.woff2`))),
  ]));
}

// styles compiles the style sheet and puts the fonts' hashed names in.
function styles(fontNames) {
  const { css } = sass.compile(join(here, "styles/app.scss"), {
    style: "compressed",
    loadPaths: [modules],
    quietDeps: true,
    silenceDeprecations: ["import"],
  });
  const named = css.replace(/url\("?font-(\d+)"?\)/g, (_, weight) => `url(${fontNames[weight]})`);
  emit("app.css", named);
}

async function script() {
  const built = await esbuild.build({
    entryPoints: [join(here, "src/app.js")],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    target: "es2022",
    legalComments: "none",
    absWorkingDir: here,
  });
  emit("app.js", built.outputFiles[0].contents);
}

// The sprite holds the icons web/ui/icon.templ names, and no others.
function sprite() {
  const source = readFileSync(join(here, "ui/icon.templ"), "utf8");
  const names = [...source.matchAll(/Icon = "(it-[a-z-]+)"/g)].map((m) => m[1]);
  const symbols = [...new Set(names)].sort().map((name) => {
    const svg = readFileSync(join(italia, `src/svg/${name}.svg`), "utf8");
    const body = svg.replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "")
      .replace(/\s+/g, " ").trim();
    return `<symbol id="${name}" viewBox="0 0 24 24">${body}</symbol>`;
  });
  emit("sprite.svg", `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`);
}

// licences of what is shipped travel with it.
function licences() {
  const to = join(here, "static/licenses");
  if (resolve(out) !== join(here, "static/dist")) return;
  mkdirSync(to, { recursive: true });
  cpSync(join(italia, "LICENSE"), join(to, "bootstrap-italia.txt"));
  cpSync(join(italia, "dist/fonts/Titillium_Web/OFL.txt"), join(to, "titillium-web.txt"));
  cpSync(join(modules, "htmx.org/LICENSE"), join(to, "htmx.txt"));
}

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
styles(fonts());
await script();
sprite();
emit("bell.svg", readFileSync(join(here, "src/bell.svg")));
licences();
writeFileSync(join(out, "manifest.json"),
  JSON.stringify(Object.fromEntries(Object.entries(manifest).sort()), null, 2) + "\n");
