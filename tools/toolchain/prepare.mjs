// The Node and the pnpm that everything here runs with: the machine's own where they are new enough, else pinned ones
// through npm. This file, and what it imports, runs on any Node >= 20.
import { existsSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { readJson, root } from "../workspace.mjs";
import { ensureNpmPackage } from "./npm-package.mjs";
import { run, withPath } from "./run.mjs";

/** The oldest Node that packages support, and that runs their sources as they are. */
export const minimumNode = "22.18.0";

/**
 * Finds or fetches Node and pnpm, and brings node_modules up to date with the lockfile.
 *
 * @returns {Promise<{ node: string, env: NodeJS.ProcessEnv }>} `env` has both first in its PATH
 */
export async function prepare() {
  const node = isNewEnough(process.versions.node) ? process.execPath : await fetchNode(pinnedNode());
  const pnpm = (await findPnpm()) ?? (await fetchPnpm());
  const env = withPath(dirname(node), dirname(pnpm));
  await install(pnpm, env);
  return { node, env };
}

/** The version of Node that development happens on. */
export function pinnedNode() {
  return readFileSync(join(root, ".nvmrc"), "utf8").trim();
}

/**
 * Node in one version, from the cache or through npm.
 *
 * @param {string} version
 */
export function fetchNode(version) {
  const bin = process.platform === "win32" ? "node/bin/node.exe" : "node/bin/node";
  return ensureNpmPackage({ name: "node", version, bin });
}

function fetchPnpm() {
  return ensureNpmPackage({ name: "pnpm", version: pinnedPnpm(), bin: ".bin/pnpm" });
}

function pinnedPnpm() {
  return String(readJson(join(root, "package.json")).packageManager).replace("pnpm@", "");
}

/** The machine's own pnpm, if it has the major version that the lockfile was written by. */
async function findPnpm() {
  const names = process.platform === "win32" ? ["pnpm.exe", "pnpm.cmd"] : ["pnpm"];
  const folders = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  const found = folders.flatMap((folder) => names.map((name) => join(folder, name))).find((path) => existsSync(path));
  if (!found) return undefined;
  // Asked outside the checkout and without network, so that neither pnpm nor corepack goes and fetches another one.
  const env = { ...process.env, COREPACK_ENABLE_NETWORK: "0" };
  const { ok, output } = await run([found, "--version"], { cwd: tmpdir(), env });
  return ok && majorOf(output) === majorOf(pinnedPnpm()) ? found : undefined;
}

/**
 * @param {string} pnpm
 * @param {NodeJS.ProcessEnv} env
 */
async function install(pnpm, env) {
  if (!existsSync(join(root, "node_modules"))) console.error("installing the dependencies");
  // Next to nothing to do when node_modules is up to date, so pnpm is the judge of that.
  const { ok, output } = await run([pnpm, "install", "--frozen-lockfile", "--prefer-offline"], { env });
  if (!ok) throw new Error(`pnpm install failed\n${output.trim()}`);
}

/** @param {string} version */
function isNewEnough(version) {
  const [is, wanted] = [version, minimumNode].map((text) => text.split(".").map(Number));
  const [major = 0, minor = 0] = is ?? [];
  const [wantedMajor = 0, wantedMinor = 0] = wanted ?? [];
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

/** @param {string} text */
function majorOf(text) {
  return /^(\d+)\.\d+\.\d+/m.exec(text)?.[1];
}
