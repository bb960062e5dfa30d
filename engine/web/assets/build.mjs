// Builds what browsers load, from packages that were installed at set-up, into ../static.
// The type face is the system's: the one of GOV.UK may be used only there, and so may its crown.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import * as sass from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..", "..", "..");
const packages = join(root, "node_modules");
const into = join(here, "..", "static");
rmSync(into, { recursive: true, force: true });
mkdirSync(into, { recursive: true });

// Every file has the hash of its content in its name, lies there compressed as well, and is named in names.json.
const names = {};
function keep(name, content) {
  const bytes = Buffer.from(content);
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 12);
  const dot = name.lastIndexOf(".");
  names[name] = `${name.slice(0, dot)}.${hash}${name.slice(dot)}`;
  writeFileSync(join(into, names[name]), bytes);
  writeFileSync(join(into, `${names[name]}.gz`), gzipSync(bytes, { level: 9 }));
  writeFileSync(join(into, `${names[name]}.br`), brotliCompressSync(bytes));
}

const images = join(packages, "@ministryofjustice", "frontend", "moj", "assets", "images");
for (const name of ["icon-tag-remove-cross.svg", "icon-tag-remove-cross-white.svg"]) {
  keep(name, readFileSync(join(images, name)));
}

const options = { loadPaths: [packages, root], style: "compressed", quietDeps: true, logger: sass.Logger.silent };
const parts = ["base.scss", "patterns.scss"].map((name) => sass.compile(join(here, name), options).css);
const own = readFileSync(join(here, "casework.css"), "utf-8");
const styles = [...parts, own].join("\n").replaceAll('"GDS Transport",arial,sans-serif', "Arial,Helvetica,sans-serif");
if (/GDS Transport|@font-face/.test(styles)) throw new Error("the style sheet asks for a type face that may not be used");
keep("casework.css", styles.replace(/url\(\/static\/([^)]+)\)/g, (all, name) => (names[name] ? `url(/static/${names[name]})` : all)));
const frontend = readFileSync(join(packages, "govuk-frontend", "dist", "govuk", "govuk-frontend.min.js"), "utf-8");
keep("govuk-frontend.min.js", frontend.replace(/\n?\/\/# sourceMappingURL=.*\s*$/, "\n")); // its map is not sent
keep("passkeys.js", readFileSync(join(here, "passkeys.js"), "utf-8"));
const script = readFileSync(join(here, "casework.js"), "utf-8");
const named = (all, name) => `"./${names[name]}"`;
keep("casework.js", script.replace(/"\.\/([\w.-]+\.js)"/g, named));
writeFileSync(join(into, "names.json"), JSON.stringify(names, null, 2));
