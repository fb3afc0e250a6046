import { create, type JsonValue } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { type Everything, EverythingSchema, GetItemRequestSchema } from "../../testdata/gen/interop/v1/interop_pb.ts";
import { jsonCodec } from "./json-codec.ts";
import { compileValueCodec } from "./value-codec.ts";

/** A codec whose parser returns what it is given. */
function codecOf(value: unknown) {
  const encode = (encoded: JsonValue) => JSON.stringify(encoded);
  return compileValueCodec({ name: "test", encode, decode: () => value as JsonValue }, jsonCodec);
}

const body = Uint8Array.of(1);

describe("compileValueCodec", () => {
  it("writes the value that the Protobuf JSON of a message stands for", () => {
    const encoded = codecOf(undefined).compile(GetItemRequestSchema).encode({ id: "7" });
    expect(JSON.parse(encoded as string)).toEqual({ id: "7", shelf: "", view: "" });
  });

  it("reads by the rules of Protobuf JSON", () => {
    const read = (value: unknown) => codecOf(value).compile(EverythingSchema).decode(body) as Everything;
    expect(read({ int64_value: "5", color: "BLUE", nope: 1 })).toMatchObject({ int64Value: 5n, color: 7 });
    expect(() => read({ nested: { count: "x" } })).toThrow("body field nested.count: expected a 32-bit integer");
    expect(() => read(null)).toThrow("body: expected an object");
  });

  it("takes what formats hold beyond JSON", () => {
    const value = {
      int64Value: 9007199254740993n,
      doubleValue: Number.POSITIVE_INFINITY,
      doubleList: [-0],
      bytesValue: Uint8Array.of(1, 2),
      timestamp: new Date(1500),
      stringValue: undefined,
    };
    expect(codecOf(value).compile(EverythingSchema).decode(body)).toStrictEqual(
      create(EverythingSchema, {
        int64Value: 9007199254740993n,
        doubleValue: Number.POSITIVE_INFINITY,
        doubleList: [-0],
        bytesValue: Uint8Array.of(1, 2),
        timestamp: { seconds: 1n, nanos: 500_000_000 },
      }),
    );
  });

  it("takes an empty body for the empty message, without asking the parser", () => {
    const decode = () => expect.fail("asked");
    const codec = compileValueCodec({ name: "test", encode: String, decode }, jsonCodec).compile(GetItemRequestSchema);
    expect(codec.decode(new Uint8Array())).toStrictEqual(create(GetItemRequestSchema));
  });

  it("makes a 400 of what the parser throws", () => {
    const decode = () => {
      throw new SyntaxError("secret details");
    };
    const codec = compileValueCodec({ name: "test", encode: String, decode }, jsonCodec).compile(GetItemRequestSchema);
    expect(() => codec.decode(body)).toThrow(
      expect.objectContaining({
        code: 400,
        reason: "CODEC",
        message: "body: expected application/test, got something else",
      }),
    );
  });
});
