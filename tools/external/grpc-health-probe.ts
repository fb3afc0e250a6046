import { ensureGoTool } from "./go-tool.ts";

/** What asks a gRPC server for its health, in Kubernetes and elsewhere. Undefined where it cannot be had (see `ensureGoTool`). */
export function ensureGrpcHealthProbe(): Promise<string | undefined> {
  return ensureGoTool({
    module: "github.com/grpc-ecosystem/grpc-health-probe",
    version: "v0.4.61",
    bin: "grpc-health-probe",
  });
}
