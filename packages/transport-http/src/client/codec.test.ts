import { describe, expect, it } from "vitest";
import { Color } from "../../testdata/gen/interop/v1/interop_pb.ts";
import { failure, setUp } from "../../testdata/raw-peer.ts";
import { replyJson } from "../../testdata/raw-server.ts";
import { createHttpTransport } from "./http-transport.ts";

describe("the codec", () => {
  it("is json for a server that does not know protojson, from the second request on", async () => {
    await using peer = await setUp((request, response) => {
      const refused = request.headers["content-type"] === "application/protojson";
      const message = "unregister Content-Type: application/protojson";
      const body = refused ? { code: 400, reason: "CODEC", message } : JSON.parse(request.body);
      replyJson(body, { status: refused ? 400 : 200, type: "application/json" })(request, response, response.req);
    });
    expect(await peer.echo.cancelItem({ name: "a" })).toMatchObject({ name: "a" });
    expect(await peer.echo.cancelItem({ name: "b" })).toMatchObject({ name: "b" });
    expect(peer.server.seen.map((request) => request.headers["content-type"])).toEqual([
      "application/protojson",
      "application/json",
      "application/json",
    ]);
  });

  it("as json can be read by both kinds of Kratos servers, and is protojson again for one of v3", async () => {
    let isNew = false;
    await using peer = await setUp((request, response) => {
      const isJson = request.headers["content-type"] === "application/json";
      const message = isNew
        ? "body unmarshal json: cannot unmarshal string into Go struct field Everything.timestamp of type timestamppb.Timestamp"
        : "unregister Content-Type: application/protojson";
      const error = { code: 400, reason: "CODEC", message };
      replyJson(isJson === isNew ? error : {}, { status: isJson === isNew ? 400 : 200 })(
        request,
        response,
        response.req,
      );
    });
    const init = { int64Value: 5n, color: Color.BLUE, timestamp: { seconds: 5n } };
    await peer.echo.postEverything({ ...init, choice: { case: "choiceText", value: "x" } });
    expect(JSON.parse(peer.server.seen[1]?.body ?? "")).toEqual({
      int64_value: 5,
      color: 7,
      timestamp: "1970-01-01T00:00:05Z",
      choice_text: "x",
      // Makes Go's struct JSON refuse the body, which would lose the member otherwise.
      Choice: { ChoiceText: "x" },
    });
    isNew = true;
    await peer.echo.postEverything(init);
    await peer.echo.postEverything(init);
    const types = peer.server.seen.map((request) => request.headers["content-type"]?.slice("application/".length));
    expect(types).toEqual(["protojson", "json", "json", "protojson", "protojson"]);
  });

  it("stays protojson when a server that knows it passes such an error on", async () => {
    let calls = 0;
    await using peer = await setUp((request, response) => {
      const error = { code: 400, reason: "CODEC", message: "unregister Content-Type: application/protojson" };
      replyJson(calls++ === 0 ? {} : error, { status: calls === 1 ? 200 : 400 })(request, response, response.req);
    });
    await peer.echo.cancelItem({ name: "a" });
    expect(await failure(peer.echo.cancelItem({ name: "b" }))).toMatchObject({ code: 400, reason: "CODEC" });
    expect(peer.server.seen).toHaveLength(2);
  });

  it("can be chosen", async () => {
    await using peer = await setUp(undefined, { codec: "json" });
    await peer.echo.cancelItem({ name: "a" });
    expect(peer.request.headers).toMatchObject({ accept: "application/json", "content-type": "application/json" });
  });

  it("may be binary", async () => {
    await using peer = await setUp(
      (_, response) => {
        response.writeHead(200, { "content-type": "application/proto" });
        response.end(Buffer.from([0x0a, 0x01, 0x62]));
      },
      { codec: "proto" },
    );
    expect((await peer.echo.cancelItem({ name: "a" })).name).toBe("b");
    expect(peer.request.headers).toMatchObject({ accept: "application/proto", "content-type": "application/proto" });
    expect(peer.request.body).toBe("\n\x01a");
  });

  it("has to be known", () => {
    expect(() => createHttpTransport({ endpoint: "localhost:1", codec: "toml" })).toThrow(
      /there is no codec "toml": there are .*proto/,
    );
  });

  it("is json for body fields that are no messages, which Go can't read as protojson", async () => {
    await using peer = await setUp();
    await peer.echo.bodyList({ id: "1", items: [{ id: "a", priceCents: 9007199254740993n, color: Color.BLUE }] });
    expect(peer.request.headers["content-type"]).toBe("application/json");
    expect(peer.request.body).toBe('[{"id":"a","price_cents":9007199254740993,"color":7}]');
  });

  it("is Go's own for the well-known types in them, once a server says that it is written in Go", async () => {
    await using peer = await setUp((request, response) => {
      const isText = request.body.includes('"created_at":"');
      const message =
        "body unmarshal json: cannot unmarshal string into Go struct field Item.created_at of type timestamppb.Timestamp";
      const error = { code: 400, reason: "CODEC", message };
      replyJson(isText ? error : {}, { status: isText ? 400 : 200 })(request, response, response.req);
    });
    await peer.echo.bodyList({ id: "1", items: [{ createdAt: { seconds: 5n, nanos: 7 } }] });
    expect(peer.server.seen[1]?.body).toBe('[{"created_at":{"seconds":5,"nanos":7}}]');
  });

  it("asks for json where a reply field is no message, and reads what Go makes of it", async () => {
    const items = [{ id: "7", price_cents: 5, color: 7, created_at: { seconds: 1784032245, nanos: 500000000 } }];
    await using peer = await setUp(replyJson(items, { type: "application/json" }));
    const reply = await peer.echo.replyItems({ id: "1" });
    expect(peer.request.headers.accept).toBe("application/json");
    expect(reply.items).toMatchObject([
      { id: "7", priceCents: 5n, color: Color.BLUE, createdAt: { seconds: 1784032245n, nanos: 500000000 } },
    ]);
  });
});
