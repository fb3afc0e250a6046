// Tools that tests need and npm does not have: built from source by Go, once a version, outside the checkout.
import { join } from "node:path";
import { cached } from "../toolchain/cache.mjs";
import { mustRun } from "../toolchain/run.mjs";
import { orLeaveOut } from "./left-out.ts";

export interface GoTool {
  /** What `go install` builds: the path of the main package. */
  module: string;
  /** Exactly this version, as in `v1.2.3`. */
  version: string;
  /** The name of the program that comes out of it. */
  bin: string;
  /** What it is called here and in the cache. Default: `bin`. */
  name?: string;
}

/** The path of a tool that Go builds, or undefined where it cannot be had (see `orLeaveOut`). */
export function ensureGoTool({ module, version, bin, name = bin }: GoTool): Promise<string | undefined> {
  return orLeaveOut(name, async () => {
    const folder = await cached({ tool: name, version, fill: (draft) => goInstall(`${module}@${version}`, draft) });
    return programIn(folder, bin);
  });
}

/** The path of a program that Go has built into a folder. */
export function programIn(folder: string, bin: string): string {
  return join(folder, process.platform === "win32" ? `${bin}.exe` : bin);
}

async function goInstall(target: string, folder: string): Promise<void> {
  await mustRun(["go", "install", target], { cwd: folder, env: { ...process.env, GOBIN: folder, GOFLAGS: "" } });
}
