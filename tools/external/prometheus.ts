// Prometheus and its promtool, of Debian: those on the path, or the package, unpacked into the cache.
import { existsSync, readdirSync, rmSync } from "node:fs";
import { delimiter, join } from "node:path";
import { cached } from "../toolchain/cache.mjs";
import { mustRun } from "../toolchain/run.mjs";
import { orLeaveOut } from "./left-out.ts";

export interface Prometheus {
  /** The paths of the programs. */
  readonly prometheus: string;
  readonly promtool: string;
}

/** Prometheus, or undefined where it cannot be had (see `orLeaveOut`). */
export function ensurePrometheus(): Promise<Prometheus | undefined> {
  const where = "where the Debian package prometheus is, or apt-get can download it";
  return orLeaveOut("prometheus", async () => installed() ?? (await unpacked()), where);
}

function installed(): Prometheus | undefined {
  const folders = process.env.PATH?.split(delimiter) ?? [];
  return folders.map(programsIn).find((found) => existsSync(found.prometheus) && existsSync(found.promtool));
}

async function unpacked(): Promise<Prometheus> {
  const folder = await cached({ tool: "prometheus", version: "debian", fill: download });
  return programsIn(join(folder, "usr", "bin"));
}

async function download(folder: string): Promise<void> {
  await mustRun(["apt-get", "download", "-q", "prometheus"], { cwd: folder });
  const [archive = ""] = readdirSync(folder).filter((file) => file.endsWith(".deb"));
  await mustRun(["dpkg-deb", "--extract", archive, "."], { cwd: folder });
  rmSync(join(folder, archive));
}

function programsIn(folder: string): Prometheus {
  return { prometheus: join(folder, "prometheus"), promtool: join(folder, "promtool") };
}
