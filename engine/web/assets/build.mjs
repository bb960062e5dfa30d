// Builds what browsers load, from packages that were installed at set-up, into ../static.
// The type face is the system's: the one of GOV.UK may be used only there, and so may its crown.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as sass from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..", "..", "..");
const packages = join(root, "node_modules");
const into = join(here, "..", "static");
mkdirSync(into, { recursive: true });

const options = { loadPaths: [packages, root], style: "compressed", quietDeps: true, logger: sass.Logger.silent };
const parts = ["base.scss", "patterns.scss"].map((name) => sass.compile(join(here, name), options).css);
const own = readFileSync(join(here, "casework.css"), "utf-8");
const styles = [...parts, own].join("\n").replaceAll('"GDS Transport",arial,sans-serif', "Arial,Helvetica,sans-serif");
if (/GDS Transport|@font-face/.test(styles)) throw new Error("the style sheet asks for a type face that may not be used");
writeFileSync(join(into, "casework.css"), styles);
copyFileSync(join(packages, "govuk-frontend", "dist", "govuk", "govuk-frontend.min.js"), join(into, "govuk-frontend.min.js"));
copyFileSync(join(here, "casework.js"), join(into, "casework.js"));
const images = join(packages, "@ministryofjustice", "frontend", "moj", "assets", "images");
for (const name of ["icon-tag-remove-cross.svg", "icon-tag-remove-cross-white.svg"]) {
  copyFileSync(join(images, name), join(into, name));
}
