import { createClient } from "@connectrpc/connect";
import { KratosError } from "@kratos-ts/core";
import { expect } from "vitest";
import { createHttpTransport, type HttpTransportOptions } from "../src/index.ts";
import { Echo, Faults } from "./gen/interop/v1/interop_pb.ts";
import { replyJson, startRawServer } from "./raw-server.ts";

type Options = Omit<HttpTransportOptions, "endpoint">;

/** A server that answers everything with one reply, and a client of it. */
export async function setUp(reply: Parameters<typeof startRawServer>[0] = replyJson({}), options: Options = {}) {
  const server = await startRawServer(reply);
  const transport = createHttpTransport({ endpoint: server.url, ...options });
  return {
    server,
    transport,
    echo: createClient(Echo, transport),
    faults: createClient(Faults, transport),
    /** The only request so far. */
    get request() {
      expect(server.seen).toHaveLength(1);
      return server.seen[0] as (typeof server.seen)[number];
    },
    async [Symbol.asyncDispose]() {
      await transport[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** The KratosError that a call fails with. */
export const failure = async (call: Promise<unknown>): Promise<KratosError> => {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(KratosError);
  return error as KratosError;
};
