// Where the workspace is and what is in it.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Folders that hold workspace packages, relative to the root: the same places as in pnpm-workspace.yaml.
 *
 * @returns {string[]}
 */
export function workspaceFolders() {
  const nested = ["packages", "contrib", "examples"].flatMap((group) => foldersOf(group));
  return [...nested, "benchmarks", "interop"].filter((folder) => existsSync(join(root, folder, "package.json")));
}

/**
 * Every package that is published, with its folder (relative to the root) and its package.json.
 *
 * @returns {{ folder: string, manifest: any }[]}
 */
export function publishedPackages() {
  return workspaceFolders()
    .map((folder) => ({ folder, manifest: readJson(join(root, folder, "package.json")) }))
    .filter(({ manifest }) => manifest.private !== true);
}

/** @param {string} path */
export function readJson(path) {
  return JSON.parse(readFileSync(path, "utf8"));
}

/** @param {string} group */
function foldersOf(group) {
  if (!existsSync(join(root, group))) return [];
  return readdirSync(join(root, group), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => `${group}/${entry.name}`)
    .sort();
}
