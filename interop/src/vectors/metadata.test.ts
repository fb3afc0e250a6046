import { fromJson, toBinary } from "@bufbuild/protobuf";
import { afterAll, beforeAll } from "vitest";
import { ReplyHeadersRequestSchema, type SeenReply, SeenReplySchema } from "../gen/interop/v1/interop_pb.ts";
import { runCase } from "../peer/run.ts";
import type { Endpoints } from "../peer/server.ts";
import { callerHeader } from "../peer/tracing.ts";
import { startLocalPeer } from "../testing/local-peer.ts";
import { sendRawGrpc } from "../testing/raw-grpc.ts";
import { rawSeen, seenLists } from "./raw-seen.ts";
import { vectorTests } from "./vector-tests.ts";

type Lists = Readonly<Record<string, readonly string[]>>;

interface MetadataCase {
  readonly name: string;
  /** What a client with the middleware is given, and the transports from server to server; */
  readonly given?: { readonly clientMetadata: Lists; readonly constants?: Lists | null };
  readonly route?: readonly ("http" | "grpc")[];
  /** or what is sent by hand, over what the name says; */
  readonly rawHeaders?: readonly (readonly [string, string])[];
  readonly headers?: Lists;
  readonly serverMetadata?: Lists;
  /** or what a handler sets on its reply over gRPC. */
  readonly replyHeaderSet?: Readonly<Record<string, string>>;
  readonly initialMetadata?: Readonly<Record<string, string>>;
  readonly grpcStatus?: string;
}

let peer: Endpoints & AsyncDisposable;

beforeAll(async () => {
  peer = await startLocalPeer();
});
afterAll(() => peer[Symbol.asyncDispose]());

vectorTests<MetadataCase>("metadata", {
  async ours(given) {
    if (given.replyHeaderSet !== undefined) return replyHeaders(given);
    const endpoint = given.name.includes("grpc") ? peer.grpc : peer.http;
    const { rawHeaders } = given;
    return compared(
      rawHeaders === undefined ? await sentByClient(given) : await rawSeen({ endpoint, headers: rawHeaders }),
    );
  },
  theirs({ headers, serverMetadata, initialMetadata, grpcStatus = "0" }) {
    return initialMetadata === undefined ? { headers, serverMetadata } : { initialMetadata, grpcStatus };
  },
});

/** Sends it by our client over every hop of the route, always to the same server. */
async function sentByClient({ name, given, route = [] }: MetadataCase): Promise<SeenReply> {
  const [first = "http", second] = route;
  const { reply, error } = await runCase(
    {
      name,
      service: "Echo",
      method: second === undefined ? "Seen" : "Relay",
      request: second === undefined ? {} : { endpoint: peer[second] },
      metadata: given?.clientMetadata,
      constants: given?.constants ?? undefined,
    },
    { endpoint: peer[first] },
  );
  if (error !== undefined) throw new Error(`${error.code} ${error.message}`);
  return fromJson(SeenReplySchema, reply ?? {});
}

/** Without what tracing adds when a server passes a call on. */
function compared({ headers, metadata }: SeenReply): unknown {
  const ofTest = ([name]: readonly [string, unknown]) => name.startsWith("x-") && name !== callerHeader;
  return {
    headers: Object.fromEntries(Object.entries(seenLists(headers)).filter(ofTest)),
    serverMetadata: Object.fromEntries(Object.entries(seenLists(metadata)).filter(ofTest)),
  };
}

async function replyHeaders({ replyHeaderSet = {}, initialMetadata = {}, grpcStatus }: MetadataCase): Promise<unknown> {
  const request = fromJson(ReplyHeadersRequestSchema, { headers: replyHeaderSet, fail: grpcStatus !== undefined });
  const message = toBinary(ReplyHeadersRequestSchema, request);
  const reply = await sendRawGrpc(peer.grpc, { path: "/interop.v1.Echo/ReplyHeaders", messages: [message] });
  const names = Object.keys(initialMetadata);
  return {
    initialMetadata: Object.fromEntries(names.map((name) => [name, reply.headers[name]])),
    grpcStatus: reply.trailers["grpc-status"],
  };
}
