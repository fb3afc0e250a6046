import { basename, join } from "node:path";
import { mustRun } from "../toolchain/run.mjs";
import { root } from "../workspace.mjs";

export interface PackedPackage {
  name: string;
  /** The file that would be published. */
  tarball: string;
}

/** Packs one package, as publishing it would, into `target`. */
export async function pack(folder: string, manifest: { name: string }, target: string): Promise<PackedPackage> {
  const output = await mustRun(["pnpm", "pack", "--json", "--pack-destination", target], { cwd: join(root, folder) });
  const { filename } = JSON.parse(output.slice(output.indexOf("{")));
  return { name: manifest.name, tarball: join(target, basename(filename)) };
}
