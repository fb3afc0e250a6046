import { create } from "@bufbuild/protobuf";
import { createClient } from "@connectrpc/connect";
import type { Middleware } from "@kratos-ts/core";
import { describe, expect, it } from "vitest";
import { Color, Echo, EverythingSchema } from "../../testdata/gen/interop/v1/interop_pb.ts";
import { failure, setUp } from "../../testdata/raw-peer.ts";
import { replyJson, startRawServer } from "../../testdata/raw-server.ts";
import { createHttpTransport } from "./http-transport.ts";

describe("a request", () => {
  it("has its verb, path and query from the rule, and no body where the rule has none", async () => {
    await using peer = await setUp();
    await peer.echo.getItem({ id: "a b", view: "full text" });
    expect(peer.request).toMatchObject({ method: "GET", url: "/v1/items/a%20b?view=full+text", body: "" });
    expect(peer.request.headers).toMatchObject({ accept: "application/protojson", "user-agent": "kratos-ts" });
    expect(peer.request.headers).not.toHaveProperty("content-type");
  });

  it("looks fields of several words up by their original names", async () => {
    await using peer = await setUp();
    await peer.echo.listItems({ pageSize: 3, pageToken: "t", color: Color.BLUE, tags: ["b", "a"] });
    expect(peer.request.url).toBe("/v1/items?color=BLUE&pageSize=3&pageToken=t&tags=b&tags=a");
  });

  it("carries the whole message as body", async () => {
    await using peer = await setUp();
    await peer.echo.publishBook({ name: "shelves/s/books/b", view: "v" });
    expect(peer.request).toMatchObject({ method: "POST", url: "/v1/shelves/s/books/b:publish" });
    expect(peer.request.headers["content-type"]).toBe("application/protojson");
    expect(JSON.parse(peer.request.body)).toMatchObject({ name: "shelves/s/books/b", view: "v" });
  });

  it("carries a field as body and the others as query", async () => {
    await using peer = await setUp();
    await peer.echo.updateItem({ item: { id: "7", title: "T" }, updateMask: { paths: ["title"] }, note: "n" });
    expect(peer.request).toMatchObject({ method: "PATCH", url: "/v1/items/7?note=n&updateMask=title" });
    expect(JSON.parse(peer.request.body)).toMatchObject({ id: "7", title: "T" });
  });

  it("has no body bytes when the body field is not set", async () => {
    await using peer = await setUp();
    await peer.echo.createItem({ parent: "shelves/s", dryRun: true });
    expect(peer.request).toMatchObject({ method: "POST", url: "/v1/shelves/s/items?dryRun=true", body: "" });
  });

  it("uses custom verbs", async () => {
    await using peer = await setUp();
    await peer.echo.purgeItem({ id: "7" });
    expect(peer.request).toMatchObject({ method: "PURGE", url: "/v1/items/7" });
  });

  it("takes an empty reply to HEAD as the empty message", async () => {
    await using peer = await setUp((_, response) => response.end());
    expect((await peer.echo.headItem({ id: "7" })).id).toBe("");
    expect(peer.request.method).toBe("HEAD");
  });

  it("adds the headers of the call and of middleware, but keeps those of the message", async () => {
    const middleware: Middleware = (next) => (req, ctx) => {
      ctx.transport?.requestHeader.append("x-md-global-b", "grüße");
      return next(req, ctx);
    };
    await using peer = await setUp(replyJson({}), { middleware: [middleware], userAgent: "shop/1.0" });
    const headers = {
      "X-A": "1",
      "content-type": "text/plain",
      "transfer-encoding": "chunked",
      accept: "application/json",
    };
    await peer.echo.raw({ contentType: "text/csv", data: new Uint8Array([65]) }, { headers });
    const { headers: seen } = peer.request;
    expect(seen).toMatchObject({ "x-a": "1", "content-type": "text/csv", accept: "application/json" });
    expect(seen["user-agent"]).toBe("shop/1.0 kratos-ts");
    expect(Buffer.from(seen["x-md-global-b"] as string, "latin1").toString()).toBe("grüße");
  });

  it("stands below the path of the endpoint", async () => {
    await using server = await startRawServer(replyJson({}));
    await using transport = createHttpTransport({ endpoint: `${server.url}/api/` });
    await createClient(Echo, transport).nothing({});
    expect(server.seen[0]?.url).toBe("/api/v1/nothing");
  });

  it("is refused before it is sent when a path variable is empty", async () => {
    await using peer = await setUp();
    expect(await failure(peer.echo.getItem({ view: "v" }))).toMatchObject({
      code: 400,
      reason: "CODEC",
      message: "field id of the request: it is empty, but it is part of the path",
    });
    expect(peer.server.seen).toHaveLength(0);
  });
});

describe("a message that can't be written", () => {
  it.each([
    ["text for a number", { int32Value: "x" as never }],
    ["a time that no timestamp has", { timestamp: { seconds: 10n ** 15n } }],
  ])("is refused before it is sent: %s", async (_, init) => {
    await using peer = await setUp();
    for (const call of [peer.echo.postEverything, peer.echo.getEverything])
      expect(await failure(call(init))).toMatchObject({ code: 400, reason: "CODEC" });
    expect(peer.server.seen).toHaveLength(0);
  });
});

describe("a method without a rule", () => {
  it("is a POST with its fields as query", async () => {
    await using peer = await setUp();
    await peer.echo.noRule({ name: "n", revision: 2 });
    expect(peer.request).toMatchObject({
      method: "POST",
      url: "/interop.v1.Echo/NoRule?name=n&revision=2",
      body: "",
    });
  });

  it("carries everything in the body for a server that finds the query too long, and remembers it", async () => {
    await using peer = await setUp((request, response) => {
      if (request.url.length > 10_000) response.writeHead(431).end();
      else replyJson({ name: "ok" })(request, response, response.req);
    });
    const name = "x".repeat(10_000);
    expect((await peer.echo.noRule({ name })).name).toBe("ok");
    expect((await peer.echo.noRule({ name })).name).toBe("ok");
    expect(peer.server.seen.map((request) => request.url.length > 10_000)).toEqual([true, false, false]);
    expect(JSON.parse(peer.server.seen[2]?.body ?? "")).toMatchObject({ name });
  });
});

it("takes messages as well as inits", async () => {
  await using peer = await setUp();
  await peer.echo.getEverything(create(EverythingSchema, { stringValue: "x" }));
  expect(peer.request.url).toBe("/v1/everything?stringValue=x");
});
