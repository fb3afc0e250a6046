import { execFileSync } from "node:child_process";
import { workspaceTool } from "../toolchain/run.mjs";

/** The protos of a folder that has a buf.yaml, and all that they import: a `FileDescriptorSet` in binary. */
export function buildProtos(folder: string): Uint8Array {
  return execFileSync(workspaceTool("buf"), ["build", "-o", "-#format=binpb"], { cwd: folder });
}
