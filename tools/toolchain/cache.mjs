// Where fetched and built tools are kept: outside the checkout, one folder for each tool and version.
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** The cache of this repository's tools; KRATOS_TS_CACHE moves it. */
export function cacheFolder() {
  const { KRATOS_TS_CACHE, XDG_CACHE_HOME } = process.env;
  return KRATOS_TS_CACHE || join(XDG_CACHE_HOME || join(homedir(), ".cache"), "kratos-ts");
}

/**
 * The cached folder of one tool in one version, filled by `fill` when it is not there. It is filled beside its place
 * and then moved, so that a fill that was cut short leaves nothing half done and two at once do not meet.
 *
 * @param {{ tool: string, version: string, fill: (folder: string) => void | Promise<void> }} entry
 * @returns {Promise<string>}
 */
export async function cached({ tool, version, fill }) {
  const folder = join(cacheFolder(), tool, version);
  if (existsSync(folder)) return folder;
  const draft = `${folder}.${randomUUID()}`;
  mkdirSync(draft, { recursive: true });
  try {
    await fill(draft);
    renameSync(draft, folder);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    // Somebody else filled it meanwhile: theirs is as good.
    if (!existsSync(folder)) throw error;
  }
  return folder;
}
