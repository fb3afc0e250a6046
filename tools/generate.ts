// `pnpm generate`: runs `buf generate` in every folder of the workspace that has a buf.gen.yaml.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { mustRun, withPath, workspaceTool } from "./toolchain/run.mjs";
import { root, workspaceFolders } from "./workspace.mjs";

/** The folders of the workspace that generate code from protos. */
export function generatedFolders(): string[] {
  return workspaceFolders().filter((folder) => existsSync(join(root, folder, "buf.gen.yaml")));
}

/** Runs the generators of one folder; `target` is where the files go instead of the folder itself. */
export async function generate(folder: string, target = "."): Promise<void> {
  const buf = workspaceTool("buf");
  await mustRun([buf, "generate", "--output", target], { cwd: join(root, folder), env: withPath(dirname(buf)) });
}

if (process.argv[1] === import.meta.filename) {
  for (const folder of generatedFolders()) {
    await generate(folder);
    console.log(`generated ${folder}`);
  }
}
