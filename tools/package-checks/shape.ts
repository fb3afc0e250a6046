// Whether a packed package is one that every resolver understands.
import { readFileSync } from "node:fs";
import { publint as lint } from "publint";
import { formatMessage } from "publint/utils";
import { mustRun, workspaceTool } from "../toolchain/run.mjs";
import type { PackedPackage } from "./pack.ts";

/** publint: do the fields of package.json point at files that are there and are what they claim to be. */
export async function publint({ tarball }: PackedPackage): Promise<void> {
  const file = readFileSync(tarball);
  const buffer = file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength) as ArrayBuffer;
  const { messages, pkg } = await lint({ pack: { tarball: buffer }, strict: true });
  if (messages.length > 0)
    throw new Error(messages.map((message) => formatMessage(message, pkg, { color: false })).join("\n"));
}

/** Are the types wrong: does each entry resolve, with types, for all who can import ESM. */
export async function attw({ tarball }: PackedPackage): Promise<void> {
  await mustRun([workspaceTool("attw"), tarball, "--profile", "esm-only", "--no-color", "--no-emoji"]);
}
