import { create, fromJson } from "@bufbuild/protobuf";
import { anyPack, anyUnpack, TimestampSchema } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import {
  Echo,
  type Everything,
  EverythingSchema,
  file_interop_v1_interop,
  ItemSchema,
} from "../../testdata/gen/interop/v1/interop_pb.ts";
import { send } from "../../testdata/http.ts";
import { setUp } from "../../testdata/raw-peer.ts";
import { replyJson } from "../../testdata/raw-server.ts";
import { createHttpServer } from "../server/http-server.ts";
import { createCodecRegistry } from "./codec-registry.ts";

const item = create(EverythingSchema, { any: anyPack(ItemSchema, create(ItemSchema, { id: "7" })) });
const itemJson = { any: { "@type": "type.googleapis.com/interop.v1.Item", id: "7" } };
const bytesOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

describe("a google.protobuf.Any", () => {
  it("holds the well-known types, and those of the files added and what they import", () => {
    const codecs = createCodecRegistry();
    const json = codecs.fallback.codec.compile(EverythingSchema);
    const time = anyPack(TimestampSchema, create(TimestampSchema, { seconds: 5n }));
    expect(json.encode({ any: time })).toContain('"value":"1970-01-01T00:00:05Z"');
    expect(() => json.encode(item)).toThrow("has no");
    codecs.addTypes(file_interop_v1_interop);
    expect(json.decode(bytesOf(itemJson))).toStrictEqual(item);
    const rule = { any: { "@type": "x/google.api.HttpRule", get: "/a" } };
    expect((json.decode(bytesOf(rule)) as Everything).any?.typeUrl).toBe("x/google.api.HttpRule");
    expect(() => json.decode(bytesOf({ any: { "@type": "x/a.Nope" } }))).toThrow("expected an @type");
  });

  it("has them in codecs of plain values too", () => {
    const codecs = createCodecRegistry([
      { name: "values", encode: JSON.stringify, decode: (bytes) => JSON.parse(new TextDecoder().decode(bytes)) },
    ]);
    codecs.addTypes(file_interop_v1_interop);
    const values = codecs.forName("values")!.codec.compile(EverythingSchema);
    expect(values.decode(bytesOf(itemJson))).toStrictEqual(item);
  });

  it("holds the types of a server's services without being told", async () => {
    await using server = createHttpServer({ address: "127.0.0.1:0" });
    server.service(Echo, { putEverything: (request) => request });
    await server.start();
    const { status, body } = await send(server.endpoint(), "PUT /v1/everything/x", {
      type: "application/json",
      body: JSON.stringify(itemJson),
    });
    expect(status, body.toString()).toBe(200);
    expect(JSON.parse(body.toString())).toMatchObject(itemJson);
  });

  it("holds the types of a client's service without being told", async () => {
    await using peer = await setUp(replyJson(itemJson));
    const reply = await peer.echo.getEverything(item);
    expect(anyUnpack(reply.any!, ItemSchema)).toStrictEqual(fromJson(ItemSchema, { id: "7" }));
  });
});
