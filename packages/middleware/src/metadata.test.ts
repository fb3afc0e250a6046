import { type Context, clientMetadataKey, type Handler, Metadata, serverMetadataKey } from "@kratos-ts/core";
import { describe, expect, test } from "vitest";
import { callContext, callInfo } from "../testdata/calls.ts";
import { type ClientMetadataOptions, clientMetadata, type ServerMetadataOptions, serverMetadata } from "./metadata.ts";

/** What a handler behind the middleware finds, for a call with these headers. */
async function received(headers: string[], options?: ServerMetadataOptions, outer?: Metadata) {
  const ctx = callContext("server", headers).with(serverMetadataKey, outer);
  const handler = serverMetadata(options)(async (_, seen: Context) => seen.get(serverMetadataKey), callInfo("server"));
  const metadata: Metadata | undefined = await handler({}, ctx);
  return metadata && Object.fromEntries(metadata);
}

/** The request headers that are sent, for a call made in a context with these metadata. */
async function sent(given: { client?: Metadata; server?: Metadata }, options?: ClientMetadataOptions) {
  const ctx = callContext("client");
  const handler = clientMetadata(options)(async () => {}, callInfo("client"));
  await handler({}, ctx.with(clientMetadataKey, given.client).with(serverMetadataKey, given.server));
  return ctx.transport.requestHeader.flat();
}

describe("serverMetadata", () => {
  test("collects every value of the headers that begin with x-md-, keys in lower case", async () => {
    const headers = ["X-Md-Global-A", "1", "x-md-global-a", "2", "X-MD-Local-B", "", "x-other", "3", "x-mdx", "4"];
    expect(await received(headers)).toEqual({ "x-md-global-a": ["1", "2"], "x-md-local-b": [""] });
  });

  test("does not split a value at its commas", async () => {
    expect(await received(["x-md-global-a", "1, 2,3"])).toEqual({ "x-md-global-a": ["1, 2,3"] });
  });

  test("takes other prefixes, whatever their case", async () => {
    const headers = ["x-md-a", "1", "x-tenant-id", "2", "baggage", "3"];
    expect(await received(headers, { prefixes: ["X-Tenant-", "baggage"] })).toEqual({
      "x-tenant-id": ["2"],
      baggage: ["3"],
    });
  });

  test("gives a call without any what was there before only when that is nothing", async () => {
    expect(await received(["x-other", "1"])).toBeUndefined();
    expect(await received(["x-other", "1"], {}, new Metadata({ "x-md-of-another-call": "1" }))).toEqual({});
  });

  test("passes calls on that come over no transport", async () => {
    const ctx = { transport: undefined } as Context;
    const handler = serverMetadata()(async (_, seen) => seen, callInfo("server"));
    expect(await handler({}, ctx)).toBe(ctx);
  });
});

describe("clientMetadata", () => {
  const global = "x-md-global-a";

  test("sends constants, then the context's own, then what came and may travel on", async () => {
    const client = new Metadata({ [global]: "client" });
    const server = new Metadata({ [global]: ["server", "again"], "x-md-local-a": "stays here" });
    expect(await sent({ client, server }, { constants: { "X-Md-Global-A": "constant" } })).toEqual([
      global,
      "constant",
      global,
      "client",
      global,
      "server",
      global,
      "again",
    ]);
  });

  test("sends its constants and the context's own whatever their keys begin with", async () => {
    const client = new Metadata({ "x-request-id": "7" });
    expect(await sent({ client }, { constants: { tenant: ["a", "b"] } })).toEqual([
      "tenant",
      "a",
      "tenant",
      "b",
      "x-request-id",
      "7",
    ]);
  });

  test("passes on by other prefixes, whatever their case", async () => {
    const server = new Metadata({ [global]: "stays here", "x-md-local-a": "1", "x-tenant": "2" });
    expect(await sent({ server }, { prefixes: ["X-Md-Local-", "x-tenant"] })).toEqual([
      "x-md-local-a",
      "1",
      "x-tenant",
      "2",
    ]);
  });

  test("adds to the headers that the call has already", async () => {
    const ctx = callContext("client", [global, "own"]);
    const handler = clientMetadata({ constants: { [global]: "constant" } })(async () => {}, callInfo("client"));
    await handler({}, ctx);
    expect(ctx.transport.requestHeader.flat()).toEqual([global, "own", global, "constant"]);
  });

  test("adds once where a middleware around it makes the call again", async () => {
    const ctx = callContext("client");
    const handler = clientMetadata({ constants: { [global]: "1" } })(async () => {}, callInfo("client"));
    await handler({}, ctx);
    await handler({}, ctx);
    expect(ctx.transport.requestHeader.flat()).toEqual([global, "1"]);
  });

  test("refuses a constant that can't be sent, when it is made", () => {
    expect(() => clientMetadata({ constants: { "x-md-a": "line\nbreak" } })).toThrow(TypeError);
  });

  test("fails the call whose metadata can't be sent", async () => {
    await expect(sent({ client: new Metadata({ "x md": "1" }) })).rejects.toThrow(`header name "x md"`);
  });
});

test.each([
  ["serverMetadata", serverMetadata(), "client"],
  ["clientMetadata", clientMetadata(), "server"],
] as const)("%s does nothing on the other side", (_, middleware, side) => {
  const next: Handler = async () => {};
  expect(middleware(next, callInfo(side))).toBe(next);
});
