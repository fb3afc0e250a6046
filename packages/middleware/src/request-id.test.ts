import type { Context, Handler } from "@kratos-ts/core";
import { describe, expect, test } from "vitest";
import { callContext, callInfo } from "../testdata/calls.ts";
import {
  clientRequestId,
  type RequestIdOptions,
  requestIdKey,
  type ServerRequestIdOptions,
  serverRequestId,
} from "./request-id.ts";

const generate = () => "made";
const seen: Handler = async (_, ctx: Context) => ctx.get(requestIdKey);

async function served(headers: string[], options: ServerRequestIdOptions = { generate }) {
  const ctx = callContext("server", headers);
  const id = await serverRequestId(options)(seen, callInfo("server"))({}, ctx);
  return { id, replied: ctx.transport.replyHeader.flat() };
}

async function called(id: string | undefined, options: RequestIdOptions = { generate }, headers: string[] = []) {
  const ctx = callContext("client", headers);
  const inside = await clientRequestId(options)(seen, callInfo("client"))({}, ctx.with(requestIdKey, id));
  return { inside, sent: ctx.transport.requestHeader.flat() };
}

describe("serverRequestId", () => {
  test("keeps the caller's id, and replies with it", async () => {
    expect(await served(["X-Request-ID", "a-1"])).toEqual({ id: "a-1", replied: ["x-request-id", "a-1"] });
  });

  test.each([[[]], [["x-request-id", ""]], [["x-request-id", "a b"]], [["x-request-id", "x".repeat(129)]]])(
    "makes one where the caller sent none that is fit for a log",
    async (headers) => {
      expect((await served(headers)).id).toBe("made");
    },
  );

  test("makes UUIDs", async () => {
    expect((await served([], {})).id).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
  });

  test("takes another header, another rule, and may keep it to itself", async () => {
    const options = { generate, header: "x-trace", accept: (id: string) => id === "ours", reply: false };
    expect(await served(["x-trace", "ours"], options)).toEqual({ id: "ours", replied: [] });
    expect(await served(["x-trace", "theirs"], options)).toEqual({ id: "made", replied: [] });
  });
});

describe("clientRequestId", () => {
  test("sends the id of the request that is being served", async () => {
    expect(await called("a-1")).toEqual({ inside: "a-1", sent: ["x-request-id", "a-1"] });
  });

  test("makes one outside of requests, for the middleware within too", async () => {
    expect(await called(undefined)).toEqual({ inside: "made", sent: ["x-request-id", "made"] });
  });

  test("leaves a header alone that the call has", async () => {
    expect((await called("a-1", { generate }, ["x-request-id", "own"])).sent).toEqual(["x-request-id", "own"]);
  });

  test("takes another header", async () => {
    expect((await called("a-1", { header: "x-trace" })).sent).toEqual(["x-trace", "a-1"]);
  });
});
