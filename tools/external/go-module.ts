// Go programs of this checkout: built once for each state of their sources, outside the checkout.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { cached } from "../toolchain/cache.mjs";
import { mustRun } from "../toolchain/run.mjs";
import { root } from "../workspace.mjs";
import { orLeaveOut } from "./left-out.ts";

export interface GoModule {
  /** The folder of its go.mod, relative to the root. */
  folder: string;
  /** What to build: its main packages. Default `./cmd/...`. */
  packages?: string;
}

/** The folder with a module's programs, or undefined where they cannot be had (see `orLeaveOut`). */
export function ensureGoModule({ folder, packages = "./cmd/..." }: GoModule): Promise<string | undefined> {
  const sources = join(root, folder);
  return orLeaveOut(folder, () =>
    cached({
      tool: folder.replaceAll("/", "-"),
      version: checksum(sources),
      fill: (draft) => goBuild(packages, { sources, draft }),
    }),
  );
}

async function goBuild(packages: string, { sources, draft }: { sources: string; draft: string }): Promise<void> {
  await mustRun(["go", "build", "-o", draft + sep, packages], { cwd: sources });
}

/** Of the names and contents of everything that a build reads. */
function checksum(folder: string): string {
  const hash = createHash("sha256");
  for (const file of sourcesIn(folder))
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(folder, file)))
      .update("\0");
  return hash.digest("hex").slice(0, 16);
}

function sourcesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.go$|^go\.(mod|sum)$/.test(entry.name))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}
