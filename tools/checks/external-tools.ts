import { ensureConnectConformance, ensureGrpcInterop, ensureH2spec } from "../../conformance/src/tools.ts";
import { ensureChromium } from "../external/chromium.ts";
import { ensureGoModule } from "../external/go-module.ts";
import { ensureGrpcHealthProbe } from "../external/grpc-health-probe.ts";
import { ensureGrpcurl } from "../external/grpcurl.ts";
import { ensurePrometheus } from "../external/prometheus.ts";
import { ensureConsul } from "../servers/consul.ts";
import { ensureEtcd } from "../servers/etcd.ts";
import { ensureJaeger } from "../servers/jaeger.ts";
import { type Outcome, verdict } from "./outcome.ts";

// The folders whose tests run a Go program of this checkout.
const goModules = [
  "interop/go",
  "packages/middleware-validate/testdata/go",
  "packages/registry-etcd/testdata/go",
  "packages/registry-consul/testdata/go",
  "examples/tracing/go",
];

const tools: readonly (() => Promise<unknown>)[] = [
  ensureChromium,
  ensurePrometheus,
  ensureGrpcurl,
  ensureGrpcHealthProbe,
  ensureConnectConformance,
  () => ensureGrpcInterop("client"),
  () => ensureGrpcInterop("server"),
  ensureH2spec,
  ...goModules.map((folder) => () => ensureGoModule({ folder })),
  ensureEtcd,
  ensureJaeger,
  ensureConsul,
];

/**
 * Has all that tests need beyond npm in the cache before they begin: what is built beside them takes the time that they
 * wait for. In CI alone; elsewhere each test asks for its own, and is left out without it.
 */
export async function externalTools(): Promise<Outcome> {
  if (process.env.CI) for (const ensure of tools) await ensure();
  return verdict(true, "");
}
