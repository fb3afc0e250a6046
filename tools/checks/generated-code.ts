import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { generate, generatedFolders } from "../generate.ts";
import { root } from "../workspace.mjs";

/** The generated files that differ from what the generators make of the protos, are missing, or should not be there. */
export async function staleGeneratedFiles(): Promise<string[]> {
  const stale: string[] = [];
  for (const folder of generatedFolders()) {
    const fresh = mkdtempSync(join(tmpdir(), "kratos-generated-"));
    try {
      await generate(folder, fresh);
      stale.push(...difference(fresh, join(root, folder)).map((file) => join(folder, file)));
    } finally {
      rmSync(fresh, { recursive: true, force: true });
    }
  }
  return stale;
}

function difference(fresh: string, present: string): string[] {
  const files = new Set([...generatedFiles(fresh), ...generatedFiles(present)]);
  return [...files].filter((file) => read(join(fresh, file)) !== read(join(present, file)));
}

function generatedFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith("_pb.ts"))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((file) => !/(^|[\\/])(node_modules|dist)[\\/]/.test(file));
}

function read(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}
