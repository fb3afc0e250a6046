// The public names of every package. A name that is added or lost changes a file beside this test, and is reviewed.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { publishedPackages, root } from "../workspace.mjs";
import { exportNames } from "./exports.ts";

test.each(publishedPackages())("$manifest.name exports what it did before", async ({ folder, manifest }) => {
  const entries = Object.entries<string>(manifest.exports).filter(([, file]) => /^[^*]+\.ts$/.test(file));
  const listing = entries.map(([entry, file]) => {
    const names = exportNames(readFileSync(join(root, folder, file), "utf8"));
    return `${join(manifest.name, entry)}\n${names.map((name) => `  ${name}\n`).join("")}`;
  });
  // New names are taken in by: pnpm exec vitest run tools/house -u
  await expect(listing.join("\n")).toMatchFileSnapshot(`export-names/${folder.split("/")[1]}.txt`);
});
