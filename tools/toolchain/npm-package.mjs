// Programs that come from npm but are not dependencies of the workspace: Node itself, and pnpm.
import { basename, join } from "node:path";
import { cached, cacheFolder } from "./cache.mjs";
import { mustRun } from "./run.mjs";

/**
 * The path of a program of an npm package in exactly this version, installed into the cache when it is not there.
 *
 * @param {{ name: string, version: string, bin: string }} wanted `bin` is relative to node_modules
 */
export async function ensureNpmPackage({ name, version, bin }) {
  const folder = await cached({ tool: name, version, fill: (draft) => install(draft, `${name}@${version}`) });
  return join(folder, "node_modules", bin);
}

/**
 * The npm that started us, or else the one in PATH.
 *
 * @returns {string[]}
 */
export function npmCommand() {
  const script = process.env.npm_execpath ?? "";
  return basename(script) === "npm-cli.js" ? [process.execPath, script] : ["npm"];
}

/**
 * @param {string} folder
 * @param {string} spec
 */
async function install(folder, spec) {
  console.error(`fetching ${spec} (once: it is kept in ${cacheFolder()})`);
  // The package `node` places its binary by an install script, so scripts must run whatever the user's npm says.
  const flags = ["--no-save", "--no-fund", "--no-audit", "--ignore-scripts=false", "--loglevel=error"];
  await mustRun([...npmCommand(), "install", "--prefix", folder, ...flags, spec], { cwd: folder });
}
