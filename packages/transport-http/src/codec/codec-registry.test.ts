import { create } from "@bufbuild/protobuf";
import { describe, expect, it, vi } from "vitest";
import { GetItemRequestSchema } from "../../testdata/gen/interop/v1/interop_pb.ts";
import { unknownContentType } from "./codec-error.ts";
import { createCodecRegistry } from "./codec-registry.ts";
import { jsonCodec } from "./json-codec.ts";

const yaml = { name: "yaml", encode: () => "yaml", decode: () => ({ id: "yaml" }) };
const codecs = createCodecRegistry([yaml]);

describe("the codec of a body", () => {
  it.each([
    ["application/json", "json"],
    ["application/protojson", "protojson"],
    ["application/proto", "proto"],
    ["application/x-www-form-urlencoded", "x-www-form-urlencoded"],
    ["text/json", "json"],
    ["application/yaml", "yaml"],
    ["application/json; charset=utf-8", "json"],
    ["application/json ;charset=utf-8", "json"],
    ["APPLICATION/JSON", "json"],
  ])("for %s is %s", (header, name) => {
    expect(codecs.forContentType(header)?.codec.name).toBe(name);
  });

  it.each([
    undefined,
    "",
    "json",
    "text/plain",
    "application/vnd.unknown",
    "multipart/form-data; boundary=x",
    "application/json,application/proto",
  ])("for %s is unknown", (header) => {
    expect(codecs.forContentType(header)).toBeUndefined();
  });

  it("that is unknown makes an error that lists the known ones", () => {
    const error = unknownContentType("text/plain", codecs.names);
    expect(error).toMatchObject({ code: 400, reason: "CODEC" });
    expect(error.message).toBe(
      'header Content-Type: expected one of application/json, application/proto, application/protojson, application/x-www-form-urlencoded, application/yaml, got "text/plain"',
    );
    expect(unknownContentType(undefined, ["json"]).message).toContain("got none");
  });
});

describe("the codec of a reply", () => {
  it.each<[string[], string]>([
    [[], "json"],
    [["application/protojson"], "protojson"],
    [["application/protojson; charset=utf-8"], "protojson"],
    [["application/protojson;q=0.9"], "protojson"],
    [["Application/ProtoJSON"], "protojson"],
    [["text/json"], "json"],
    [["protojson"], "json"],
    [["text/event-stream"], "json"],
    [["application/xml"], "json"],
    [["*/*"], "json"],
    [["*/*", "application/proto"], "proto"],
    [["application/nope", "application/proto"], "proto"],
    [["application/proto", "application/protojson"], "proto"],
    [["text/html, application/proto"], "proto"],
    [["application/proto;q=0.1, application/protojson;q=0.9"], "protojson"],
    [["application/proto;q=0.5, application/protojson;q=0.5"], "proto"],
    [["application/proto;q=0, application/protojson;q=0.1"], "protojson"],
    [["application/proto;q=0.1, */*"], "json"],
    [["application/proto, */*;q=0.8"], "proto"],
    [["application/json, text/plain, */*"], "json"],
    [["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"], "json"],
    [["application/proto; q=oops"], "proto"],
  ])("for %j is %s", (headers, name) => {
    const { codec, contentType } = codecs.forAccept(headers);
    expect(codec.name).toBe(name);
    expect(contentType).toBe(`application/${name}`);
  });

  it("stays right after more headers than are remembered", () => {
    for (let i = 0; i < 1000; i++) expect(codecs.forAccept([`application/x${i}`]).codec.name).toBe("json");
    expect(codecs.forAccept([`application/${"x".repeat(1000)}, application/proto`]).codec.name).toBe("proto");
    expect(codecs.forAccept(["application/proto"]).codec.name).toBe("proto");
  });
});

describe("createCodecRegistry", () => {
  it("takes codecs for values as well as for messages", () => {
    const compiled = codecs.forName("yaml")!.codec.compile(GetItemRequestSchema);
    expect(compiled.encode({})).toBe("yaml");
    expect(compiled.decode(Uint8Array.of(1))).toStrictEqual(create(GetItemRequestSchema, { id: "yaml" }));
  });

  it("replaces a codec of the same name", () => {
    const json = { name: "json", encode: () => "mine", decode: () => ({}) };
    const own = createCodecRegistry([json]);
    expect(own.fallback.codec.compile(GetItemRequestSchema).encode({})).toBe("mine");
    expect(own.forName("protojson")!.codec.compile(GetItemRequestSchema).encode({})).toContain('"id"');
  });

  it("compiles each type once", () => {
    const counting = { name: "counting", compile: vi.fn(jsonCodec.compile) };
    const { codec } = createCodecRegistry([counting]).forName("counting")!;
    expect(codec.compile(GetItemRequestSchema)).toBe(codec.compile(GetItemRequestSchema));
    expect(counting.compile).toHaveBeenCalledTimes(1);
  });
});
