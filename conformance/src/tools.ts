// The suites, as Go builds them. Each is undefined where it can't be had (see `ensureGoTool`).
import { ensureGoTool } from "../../tools/external/go-tool.ts";

/** Connect's conformance suite: https://github.com/connectrpc/conformance */
export function ensureConnectConformance(): Promise<string | undefined> {
  const module = "connectrpc.com/conformance/cmd/connectconformance";
  return ensureGoTool({ module, version: "v1.0.7", bin: "connectconformance" });
}

/** The client or the server of grpc-go's interoperability tests. */
export function ensureGrpcInterop(bin: "client" | "server"): Promise<string | undefined> {
  const module = `google.golang.org/grpc/interop/${bin}`;
  return ensureGoTool({ module, version: "v1.84.0", bin, name: `grpc-interop-${bin}` });
}

/** What an HTTP/2 server is held to: https://github.com/summerwind/h2spec */
export function ensureH2spec(): Promise<string | undefined> {
  return ensureGoTool({
    module: "github.com/summerwind/h2spec/cmd/h2spec",
    version: "v2.2.1+incompatible",
    bin: "h2spec",
  });
}
