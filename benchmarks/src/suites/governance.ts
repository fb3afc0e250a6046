import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { fullChain, usualChain } from "../governance/chain.ts";
import { grpcGoverned, grpcInFleet, httpGoverned, httpInFleet } from "../loads.ts";
import type { Section } from "../report/section.ts";
import { measureShares } from "./chain-shares.ts";
import type { Part } from "./part.ts";
import { compareServers, type ServerSuite } from "./server-runner.ts";
import { goGrpc, goHttp, grpcBare, httpBare, names, type ServerVariant } from "./variant.ts";

export interface GovernanceSuites {
  /** The whole chain beside that of Go Kratos. */
  readonly compared: readonly ServerSuite[];
  /** Each variant has one middleware more than the one before; the first has none. */
  readonly shares: readonly ServerSuite[];
}

/** All suites; what their servers log goes to files of that folder. */
export function governanceSuites(logs: string): GovernanceSuites {
  return {
    compared: [fullSuite("grpc", { logs, atLeast: 1 }), fullSuite("http", { logs, atLeast: 1.8 })],
    shares: [shareSuite("grpc", logs), shareSuite("http", logs)],
  };
}

export const governance: Part = async function* (bench) {
  const logs = join(bench.scratch, "logs");
  const { compared, shares } = governanceSuites(logs);
  for (const suite of compared) yield await withLogs(logs, () => compareServers(suite, bench));
  for (const suite of shares) yield await withLogs(logs, () => measureShares(suite, bench));
};

/** A suite logs tens of MB: no more than those of one are kept. */
async function withLogs(logs: string, run: () => Promise<Section>): Promise<Section> {
  await mkdir(logs);
  try {
    return await run();
  } finally {
    await rm(logs, { recursive: true });
  }
}

type Kind = "grpc" | "http";

const kinds = {
  grpc: { title: "gRPC", bare: grpcBare, goBare: goGrpc, inFleet: grpcInFleet, governed: grpcGoverned },
  http: { title: "HTTP GET", bare: httpBare, goBare: goHttp, inFleet: httpInFleet, governed: httpGoverned },
} as const;

const caller = "Calls have a trace and metadata, as those of a Kratos client do.";

function fullSuite(kind: Kind, { logs, atLeast }: { logs: string; atLeast: number }): ServerSuite {
  const { title, bare, goBare, inFleet } = kinds[kind];
  return {
    title: `${title} with the full chain`,
    about: `Recovery, tracing with a sampling SDK, JSON logging to a file, metrics, metadata, in both. ${caller}`,
    load: inFleet,
    variants: [
      { name: names.goFull, program: { go: ["governed", kind, join(logs, `${kind}-go.log`)] } },
      governed(names.full, { kind, chain: fullChain, logs }),
      bare,
      goBare,
    ],
    goals: [{ variant: names.full, of: names.goFull, atLeast }],
  };
}

function shareSuite(kind: Kind, logs: string): ServerSuite {
  const { title, governed: load } = kinds[kind];
  const growing = usualChain.map((name, i) => governed(`+ ${name}`, { kind, chain: usualChain.slice(0, i + 1), logs }));
  return {
    title: `What the usual chain costs on ${title}`,
    about: `Each row has one middleware more than the one above it. Tracing has no provider; logging is JSON to a file. ${caller}`,
    load,
    variants: [governed("bare", { kind, chain: [], logs }), ...growing],
  };
}

interface Governed {
  readonly kind: Kind;
  readonly chain: readonly string[];
  readonly logs: string;
}

function governed(name: string, { kind, chain, logs }: Governed): ServerVariant {
  const logFile = join(logs, `${kind}-${chain.length}-${chain.at(-1) ?? "bare"}.log`);
  return { name, program: { node: "servers/kratos-governed.ts", args: [kind, chain.join(","), logFile] } };
}
