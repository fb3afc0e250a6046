import { ensureGoTool } from "./go-tool.ts";

/** grpcurl, a gRPC client of Go: what curl is for HTTP. Undefined where it cannot be had (see `ensureGoTool`). */
export function ensureGrpcurl(): Promise<string | undefined> {
  return ensureGoTool({ module: "github.com/fullstorydev/grpcurl/cmd/grpcurl", version: "v1.9.4", bin: "grpcurl" });
}
