import { fromJson } from "@bufbuild/protobuf";
import { afterAll, beforeAll } from "vitest";
import { type SeenReply, SeenReplySchema } from "../gen/interop/v1/interop_pb.ts";
import { runCase } from "../peer/run.ts";
import type { Endpoints } from "../peer/server.ts";
import { startLocalPeer } from "../testing/local-peer.ts";
import { rawSeen, seenLists } from "./raw-seen.ts";
import { vectorTests } from "./vector-tests.ts";

interface TracingCase {
  readonly name: string;
  /** The calling app, where it is a client alone. */
  readonly app?: string;
  /** What the first server gets, which calls the second. */
  readonly incoming?: readonly (readonly [string, string])[] | null;
  readonly route?: readonly ("http" | "grpc")[];
  readonly outgoing: Readonly<Record<string, unknown>>;
  readonly peerService: string;
  readonly sameTrace?: boolean;
  readonly newSpan?: boolean;
  readonly operation?: string;
}

let peer: Endpoints & AsyncDisposable;

beforeAll(async () => {
  peer = await startLocalPeer({ name: "interop.go" });
});
afterAll(() => peer[Symbol.asyncDispose]());

vectorTests<TracingCase>("tracing", {
  async ours(given) {
    const seen = given.app === undefined ? await passedOn(given) : await sentByClient(given);
    const sent = traceIn(seenLists(seen.headers).traceparent?.[0]);
    const parent = traceIn(given.incoming?.find(([name]) => name === "traceparent")?.[1]);
    return {
      outgoing: outgoingOf(seen),
      peerService: seen.peerService,
      ...(given.operation === undefined ? {} : { operation: seen.operation }),
      ...(given.sameTrace === undefined ? {} : { sameTrace: sent?.traceId === parent?.traceId }),
      ...(given.newSpan === undefined ? {} : { newSpan: sent?.spanId !== parent?.spanId }),
    };
  },
  theirs({ name: _name, app: _app, incoming: _incoming, route: _route, ...told }) {
    return told;
  },
});

async function sentByClient({ name, app, outgoing }: TracingCase): Promise<SeenReply> {
  const tracing = "traceparent" in outgoing;
  const metadata = tracing ? undefined : { "x-md-global-a": ["1"] };
  const call = { name, app, tracing, metadata, service: "Echo", method: "Seen" };
  const { reply, error } = await runCase(call, { endpoint: peer.grpc });
  if (error !== undefined) throw new Error(`${error.code} ${error.message}`);
  return fromJson(SeenReplySchema, reply ?? {});
}

function passedOn({ incoming, route = [] }: TracingCase): Promise<SeenReply> {
  const [first = "http", second = "http"] = route;
  return rawSeen({ endpoint: peer[first], headers: incoming ?? [], relay: { endpoint: peer[second] } });
}

interface TraceParts {
  readonly version: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly flags: string;
}

function traceIn(traceparent: string | undefined): TraceParts | undefined {
  const [version = "", traceId = "", spanId = "", flags = ""] = traceparent?.split("-") ?? [];
  return traceparent === undefined ? undefined : { version, traceId, spanId, flags };
}

/** The headers of the call that tracing and metadata have made, as vectors tell them. */
function outgoingOf(seen: SeenReply): Record<string, unknown> {
  const headers = seenLists(seen.headers);
  const outgoing: Record<string, unknown> = {};
  for (const [name, values] of Object.entries(headers))
    if (name === "tracestate" || name.startsWith("x-md-")) outgoing[name] = values;
  const trace = traceIn(headers.traceparent?.[0]);
  if (trace !== undefined) {
    const { version, traceId, spanId, flags } = trace;
    outgoing.traceparent = { version, flags, traceIdLength: traceId.length, spanIdLength: spanId.length };
  }
  if (headers.baggage !== undefined) outgoing.baggageMembers = headers.baggage.join(",").split(",").sort();
  return outgoing;
}
