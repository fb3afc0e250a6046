import { create, type JsonValue } from "@bufbuild/protobuf";
import { anyPack } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import {
  type Everything,
  EverythingSchema,
  ItemSchema,
  NestedSchema,
} from "../../../testdata/gen/interop/v1/interop_pb.ts";
import { protojsonCodec } from "../json-codec.ts";

const everything = protojsonCodec.compile(EverythingSchema);
const bytesOf = (text: string) => new TextEncoder().encode(text);
const _read = (text: string) => everything.decode(bytesOf(text)) as Everything;
const written = (init: object): Record<string, JsonValue> => JSON.parse(everything.encode(init) as string);

describe("writing protojson", () => {
  it("has fields without a value too, but not unset optionals and oneofs", () => {
    const nested = JSON.parse(protojsonCodec.compile(NestedSchema).encode({}) as string);
    expect(nested).toEqual({ id: "", count: 0, child: null, tags: [] });
    const all = written({});
    expect(all).toMatchObject({
      int64Value: "0",
      color: "COLOR_UNSPECIFIED",
      bytesValue: "",
      stringMap: {},
      struct: null,
    });
    for (const name of ["choiceText", "choiceNested", "maybeInt32", "maybeString"])
      expect(all).not.toHaveProperty(name);
    expect(Object.keys(all)).toHaveLength(EverythingSchema.fields.length - 8);
  });

  it("has what is set, by lowerCamelCase names", () => {
    expect(written({ maybeInt32: 0, oddName: "x", choice: { case: "choiceNumber", value: 0 } })).toMatchObject({
      maybeInt32: 0,
      renamed: "x",
      choiceNumber: 0,
    });
  });

  it("takes a message and an init of one, in the shapes of protobuf-es", () => {
    const init = {
      int64Value: 9007199254740993n,
      nested: { child: { id: "c" } },
      wrappedInt64: 5n,
      wrappedBool: false,
      struct: { a: [1, null] },
      timestamp: { seconds: 1784032245n },
      nestedMap: { a: { count: 1 } },
      choice: { case: "choiceNested", value: { tags: ["t"] } },
    } as const;
    expect(everything.encode(init)).toBe(everything.encode(create(EverythingSchema, init as never)));
    expect(written(init)).toMatchObject({ wrappedInt64: "5", wrappedBool: false, struct: { a: [1, null] } });
  });

  it.each<[string, object, object]>([
    ["the shortest digits of a float", { floatValue: Math.fround(0.1) }, { floatValue: 0.1 }],
    ["the largest float", { floatValue: 3.4028234663852886e38 }, { floatValue: 3.4028235e38 }],
    ["a float of the smallest size", { floatValue: 2 ** -149 }, { floatValue: 1e-45 }],
    [
      "numbers that are none as strings",
      { doubleValue: Number.NaN, floatValue: -Infinity },
      { doubleValue: "NaN", floatValue: "-Infinity" },
    ],
    ["the negative zero", { doubleValue: -0 }, { doubleValue: -0 }],
    ["an unknown enum value as its number", { color: 99 }, { color: 99 }],
    ["bytes in standard base64", { bytesValue: Uint8Array.of(0xfb, 0xff) }, { bytesValue: "+/8=" }],
    [
      "a string with all that needs an escape",
      { stringValue: '"\\\n\u0001\u2028é😀</' },
      { stringValue: '"\\\n\u0001\u2028é😀</' },
    ],
    ["half a surrogate pair as the replacement character", { stringValue: "a\ud83d" }, { stringValue: "a\ufffd" }],
    [
      "a timestamp with 3, 6 or 9 digits",
      { timestamp: { seconds: -1n, nanos: 120_000 } },
      { timestamp: "1969-12-31T23:59:59.000120Z" },
    ],
    ["a duration below zero", { duration: { seconds: 0n, nanos: -5_000_000 } }, { duration: "-0.005s" }],
    ["a field mask in lowerCamelCase", { fieldMask: { paths: ["a_b.c", "d"] } }, { fieldMask: "aB.c,d" }],
    [
      "a key that objects treat as their own",
      { stringMap: JSON.parse('{"__proto__":"x"}') },
      { stringMap: JSON.parse('{"__proto__":"x"}') },
    ],
  ])("has %s", (_, init, expected) => {
    expect(written(init)).toMatchObject(expected);
  });

  it.each<[string, object, string]>([
    ["a number for a string", { stringValue: 5 }, "interop.v1.Everything.string_value: expected a string, got number"],
    ["a fraction for an integer", { int32Value: 1.5 }, "int32_value: expected a 32-bit integer"],
    ["a string that is no integer", { int64Value: '1","x":"' }, "int64_value: expected a 64-bit integer, got string"],
    ["too many bits", { uint64Value: 2n ** 64n }, "uint64_value"],
    ["null in a list", { stringList: [null] }, "string_list: expected a string, got null"],
    ["a Date", { timestamp: new Date() }, "use timestampFromDate"],
    ["a timestamp out of range", { timestamp: { seconds: 10n ** 12n } }, "9999-12-31"],
    ["a path that would not come back", { fieldMask: { paths: ["aB"] } }, "aB"],
    ["NaN in a Struct", { struct: { a: Number.NaN } }, "NaN"],
    ["an Any without a registry", { any: anyPack(ItemSchema, create(ItemSchema)) }, "createJsonCodec({ registry })"],
  ])("refuses %s", (_, init, message) => {
    expect(() => everything.encode(init)).toThrow(message);
  });
});
