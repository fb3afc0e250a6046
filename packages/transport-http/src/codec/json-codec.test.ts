import { create, createRegistry, toJson } from "@bufbuild/protobuf";
import { anyPack, timestampFromDate, ValueSchema } from "@bufbuild/protobuf/wkt";
import type { KratosError } from "@kratos-ts/core";
import { describe, expect, it } from "vitest";
import {
  Color,
  type Everything,
  EverythingSchema,
  file_interop_v1_interop,
  ItemSchema,
  ListBodySchema,
  WrappedItemSchema,
} from "../../testdata/gen/interop/v1/interop_pb.ts";
import { createJsonCodec, jsonCodec, protojsonCodec } from "./json-codec.ts";

const everything = protojsonCodec.compile(EverythingSchema);
const bytesOf = (text: string) => new TextEncoder().encode(text);

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    expect(error).toMatchObject({ code: 400, reason: "CODEC" });
    return (error as KratosError).message;
  }
  return expect.fail("nothing was refused");
}

describe("google.protobuf.Any", () => {
  const codec = createJsonCodec({ registry: createRegistry(file_interop_v1_interop) }).compile(EverythingSchema);

  it("is written and read by the types of a registry", () => {
    const item = create(ItemSchema, { id: "7", createdAt: timestampFromDate(new Date(0)) });
    const text = codec.encode({ any: anyPack(ItemSchema, item) }) as string;
    expect(JSON.parse(text).any).toMatchObject({ "@type": "type.googleapis.com/interop.v1.Item", id: "7", tags: [] });
    expect((codec.decode(bytesOf(text)) as Everything).any).toStrictEqual(anyPack(ItemSchema, item));
  });

  it("takes its type from anywhere among the fields", () => {
    const { any } = codec.decode(bytesOf('{"any":{"id":"7","@type":"x.test/interop.v1.Item"}}')) as Everything;
    expect(any).toMatchObject({ typeUrl: "x.test/interop.v1.Item", value: Uint8Array.of(10, 1, 55) });
  });

  it("is refused when many are within each other", () => {
    const open = '{"any":{"@type":"/interop.v1.Everything","any":';
    const text = `${open.repeat(40)}null${"}}".repeat(40)}`.replaceAll('"any":{"any"', '"any"');
    expect(refusal(() => codec.decode(bytesOf(text)))).toContain("no more than 32 google.protobuf.Any");
  });
});

describe("a field that is a whole body", () => {
  const fieldOf = (
    schema: typeof ListBodySchema | typeof WrappedItemSchema | typeof EverythingSchema,
    name: string,
  ) => {
    return jsonCodec.compile(schema.fields.find((field) => field.name === name)!);
  };

  it.each<[string, string, unknown]>([
    ["items", '[{"id":"a"}]', [create(ItemSchema, { id: "a" })]],
    ["text", '"x"', "x"],
    ["labels", '{"a":"b"}', { a: "b" }],
    ["struct", '{"a":[1,null]}', { a: [1, null] }],
  ])("reads %s", (name, text, expected) => {
    const field = fieldOf(ListBodySchema, name);
    expect(field.decode(bytesOf(text))).toStrictEqual(expected);
    expect(field.decode(bytesOf(field.encode(expected) as string))).toStrictEqual(expected);
  });

  it.each<[string, string]>([
    ["items", "[]"],
    ["text", '""'],
    ["labels", "{}"],
    ["item", '{"id":"","title":"","priceCents":"0","color":"COLOR_UNSPECIFIED","tags":[],"createdAt":null}'],
  ])("writes an absent %s as an empty one", (name, text) => {
    expect(fieldOf(WrappedItemSchema, name).encode(undefined)).toBe(text);
  });

  it("reads and writes wrappers as bare values", () => {
    const field = fieldOf(EverythingSchema, "wrapped_int64");
    expect(field.decode(bytesOf('"5"'))).toBe(5n);
    expect(field.encode(5n)).toBe('"5"');
  });

  it("is null for an absent google.protobuf.Value", () => {
    const field = fieldOf(EverythingSchema, "value");
    expect(field.encode(undefined)).toBe("null");
    expect(jsonCodec.compile(ValueSchema).encode(undefined)).toBe("null");
    expect(field.decode(bytesOf("null"))).toStrictEqual(field.decode(bytesOf("")));
  });

  it("names itself in errors", () => {
    expect(refusal(() => fieldOf(ListBodySchema, "items").decode(bytesOf('[{"id":7}]')))).toContain(
      "body field items[0].id:",
    );
  });
});

it("json and protojson differ in their names alone", () => {
  expect([jsonCodec.name, protojsonCodec.name]).toEqual(["json", "protojson"]);
  const message = create(EverythingSchema, { color: Color.BLUE });
  expect(jsonCodec.compile(EverythingSchema).encode(message)).toBe(everything.encode(message));
  expect(toJson(EverythingSchema, message)).toEqual({ color: "BLUE" });
});
