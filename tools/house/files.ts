import { readdirSync } from "node:fs";
import { join } from "node:path";
import { root } from "../workspace.mjs";

// What .gitignore leaves out, and git itself: a checkout without git is tested as well.
const notOurs = new Set([".git", "node_modules", "dist", "coverage", ".turbo", ".vite", ".tmp"]);

/** Every file of the project below a folder, with paths relative to the root. */
export function projectFiles(folder = "."): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (notOurs.has(entry.name)) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return projectFiles(path);
    return entry.isFile() ? [path] : [];
  });
}
