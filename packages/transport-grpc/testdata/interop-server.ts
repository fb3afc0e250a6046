import type { DescMessage, DescMethodUnary, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { operationOf, type StartOptions } from "@kratos-ts/core";
import { frame, prefixBytes } from "../src/frame.ts";
import { createGrpcServer, type GrpcServer } from "../src/server/grpc-server.ts";
import type { GrpcServerOptions } from "../src/server/options.ts";
import { serverChoice } from "./carrier-choice.ts";
import { Echo, Faults, Streams } from "./gen/interop/v1/interop_pb.ts";
import { echo, faults } from "./interop-services.ts";
import { RawClient, type RawReply, type RawRequest } from "./raw-grpc.ts";
import { streams } from "./streams-service.ts";

/** A started server of the interop services and a raw client of it; both end with it. */
export interface InteropServer extends AsyncDisposable {
  readonly server: GrpcServer;
  readonly client: RawClient;
}

export interface InteropOptions extends GrpcServerOptions {
  /** Replaces or adds methods of Echo and Streams. */
  readonly implementation?: object | undefined;
  readonly start?: StartOptions | undefined;
}

/** A server of the interop services that is not started. */
export function createInteropServer({ implementation, start: _, ...options }: InteropOptions = {}): GrpcServer {
  return createGrpcServer({ address: "127.0.0.1:0", ...serverChoice, ...options })
    .service(Echo, { ...echo, ...implementation })
    .service(Faults, faults)
    .service(Streams, { ...streams, ...implementation });
}

export async function startInterop(options: InteropOptions = {}): Promise<InteropServer> {
  const server = createInteropServer(options);
  await server.start(options.start);
  const client = await RawClient.connect(server.endpoint());
  return {
    server,
    client,
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** One unary request as it goes over the wire. */
export function requestOf<I extends DescMessage, O extends DescMessage>(
  method: DescMethodUnary<I, O>,
  init?: MessageInitShape<I>,
  more: Partial<RawRequest> = {},
): RawRequest {
  const message = toBinary(method.input, create(method.input, init));
  return { path: operationOf(method), chunks: [frame(message)], ...more };
}

/** The message of a unary reply. */
export function messageIn<D extends DescMessage>(desc: D, reply: RawReply): MessageShape<D> {
  return fromBinary(desc, new Uint8Array(reply.body.subarray(prefixBytes)));
}
