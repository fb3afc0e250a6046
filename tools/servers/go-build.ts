// Servers that Go builds from a published module. `go install` refuses a module that replaces others, so they are built
// in a scratch module that requires it, or in a copy of their sources.
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { programIn } from "../external/go-tool.ts";
import { orLeaveOut } from "../external/left-out.ts";
import { cached } from "../toolchain/cache.mjs";
import { mustRun } from "../toolchain/run.mjs";

export interface GoServer {
  /** What the program is called, here and in the cache. */
  name: string;
  module: string;
  /** The folder of the main package in it. Default: its root. */
  folder?: string;
  /** Exactly this version, as in `v1.2.3`. */
  version: string;
  /** Modules that its sources replace by folders which the archive does not have. */
  unreplaced?: readonly string[];
}

/** The path of the program, built once a version; undefined where it can't be had (see `orLeaveOut`). */
export function goBuildOf(server: GoServer): Promise<string | undefined> {
  const { name, version } = server;
  return orLeaveOut(name, async () => {
    const folder = await cached({ tool: name, version, fill: (draft) => build(server, programIn(draft, name)) });
    return programIn(folder, name);
  });
}

async function build(server: GoServer, program: string): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), `kratos-${server.name}-`));
  try {
    const go = (...args: string[]) =>
      mustRun(["go", ...args], { cwd: scratch, env: { ...process.env, CGO_ENABLED: "0" } });
    const output = ["-trimpath", "-ldflags", "-s -w", "-o", program];
    if (server.unreplaced === undefined) {
      await go("mod", "init", "scratch");
      const main = server.folder === undefined ? server.module : `${server.module}/${server.folder}`;
      await go("get", `${main}@${server.version}`);
      await go("build", "-mod=mod", ...output, main);
    } else {
      const { Dir } = JSON.parse(await go("mod", "download", "-json", `${server.module}@${server.version}`)) as {
        Dir: string;
      };
      // What Go has downloaded is read-only.
      cpSync(Dir, scratch, { recursive: true, mode: 0 });
      await mustRun(["chmod", "-R", "u+w", scratch]);
      for (const module of server.unreplaced) await go("mod", "edit", `-dropreplace=${module}`);
      await go("build", "-mod=mod", "-buildvcs=false", ...output, ".");
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
