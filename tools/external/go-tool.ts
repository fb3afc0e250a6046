// Tools that tests need and npm does not have: built from source by Go, once a version, outside the checkout.
import { join } from "node:path";
import { cached } from "../toolchain/cache.mjs";
import { mustRun } from "../toolchain/run.mjs";

export interface GoTool {
  /** What `go install` builds: the path of the main package. */
  module: string;
  /** Exactly this version, as in `v1.2.3`. */
  version: string;
  /** The name of the program that comes out of it. */
  bin: string;
}

/**
 * The path of a tool that Go builds, or undefined where it cannot be had: then its tests are to be left out, and one
 * line has said so. In CI nothing is left out, so there it throws instead.
 */
export async function ensureGoTool(tool: GoTool): Promise<string | undefined> {
  const { module, version, bin } = tool;
  try {
    const folder = await cached({ tool: bin, version, fill: (draft) => goInstall(`${module}@${version}`, draft) });
    return join(folder, process.platform === "win32" ? `${bin}.exe` : bin);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (process.env.CI) throw new Error(`${bin} is needed in CI and could not be built.\n${reason}`, { cause: error });
    console.warn(
      `left out: tests with ${bin}; they run where Go can build it (https://go.dev/dl): ${firstLines(reason)}`,
    );
    return undefined;
  }
}

async function goInstall(target: string, folder: string): Promise<void> {
  await mustRun(["go", "install", target], { cwd: folder, env: { ...process.env, GOBIN: folder, GOFLAGS: "" } });
}

function firstLines(text: string): string {
  return text.split("\n").slice(0, 2).join(" ");
}
