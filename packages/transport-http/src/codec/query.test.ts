import { create, fromJson, type JsonValue } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { KratosError } from "@kratos-ts/core";
import { describe, expect, it } from "vitest";
import {
  Color,
  EverythingSchema,
  ListItemsRequestSchema,
  NestedPathRequestSchema,
} from "../../testdata/gen/interop/v1/interop_pb.ts";
import { compileQuery } from "./query.ts";

const query = compileQuery(EverythingSchema);

function read(text: string, options?: { strict: boolean }) {
  const message = create(EverythingSchema);
  query.decodeInto(message, text, options);
  return message;
}

describe("writing a query", () => {
  it.each<[string, object, string]>([
    [
      "numbers",
      { doubleValue: 1.5, floatValue: Math.fround(0.1), int32Value: -7, int64Value: 9007199254740993n },
      "doubleValue=1.5&floatValue=0.1&int32Value=-7&int64Value=9007199254740993",
    ],
    [
      "doubles as Go's %v",
      { doubleList: [1e21, 1e-7, 123456789, 1e-4, 1e-5, 100000, -0] },
      "doubleList=1e%2B21&doubleList=1e-07&doubleList=1.23456789e%2B08&doubleList=0.0001&doubleList=1e-05&doubleList=100000&doubleList=-0",
    ],
    [
      "infinities",
      { doubleList: [Infinity, -Infinity, Number.NaN] },
      "doubleList=%2BInf&doubleList=-Inf&doubleList=NaN",
    ],
    [
      "text, escaped as Go does",
      { stringValue: "a b&c=d/é?+%!'()*~" },
      "stringValue=a+b%26c%3Dd%2F%C3%A9%3F%2B%25%21%27%28%29%2A~",
    ],
    [
      "no zero values",
      { boolValue: false, stringValue: "", bytesValue: new Uint8Array(), int64Value: 0n, color: 0 },
      "",
    ],
    ["bytes in standard base64, which Go can read", { bytesValue: Uint8Array.of(0xfb, 0xff) }, "bytesValue=%2B%2F8%3D"],
    [
      "enums by name, unknown ones by number",
      { color: Color.BLUE, colorList: [1, 99] },
      "color=BLUE&colorList=RED&colorList=99",
    ],
    [
      "nested messages by path",
      { nested: { count: 2, child: { id: "c", tags: ["x", "y"] } } },
      "nested.child.id=c&nested.child.tags=x&nested.child.tags=y&nested.count=2",
    ],
    ["custom names", { oddName: "odd" }, "renamed=odd"],
    [
      "maps",
      { stringMap: { b: "2", a: "1", "c d": "x&y" }, intKeyMap: { 5: "five" } },
      "intKeyMap%5B5%5D=five&stringMap%5Ba%5D=1&stringMap%5Bb%5D=2&stringMap%5Bc+d%5D=x%26y",
    ],
    [
      "optionals and oneofs that are set to zero",
      { maybeInt32: 0, maybeBool: false, choice: { case: "choiceNumber", value: 0 } },
      "choiceNumber=0&maybeBool=false&maybeInt32=0",
    ],
    [
      "wrappers as bare values",
      { wrappedInt32: 0, wrappedBool: false, wrappedString: "w s" },
      "wrappedBool=false&wrappedInt32=0&wrappedString=w+s",
    ],
    ["an empty wrapper so that it is read as one", { wrappedString: "" }, "wrappedString.value="],
    [
      "times",
      { timestamp: timestampFromMs(1784032245120), timestampList: [{ seconds: 0n }] },
      "timestamp=2026-07-14T12%3A30%3A45.120Z&timestampList=1970-01-01T00%3A00%3A00Z",
    ],
    ["durations as Go does", { duration: { seconds: 90n, nanos: 500_000_000 } }, "duration=1m30.5s"],
    ["field masks", { fieldMask: { paths: ["page_size", "a.b_c"] } }, "fieldMask=pageSize%2Ca.bC"],
    ["a Value by its kind", { value: { kind: { case: "numberValue", value: 1 } } }, "value.numberValue=1"],
    [
      "nothing of what no query can say",
      { struct: { a: 1 }, nestedList: [{ id: "a" }], nestedMap: { a: {} }, stringValue: "keep" },
      "stringValue=keep",
    ],
  ])("has %s", (_, init, expected) => {
    expect(query.encode(init)).toBe(expected);
    expect(query.encode(create(EverythingSchema, init as never))).toBe(expected);
  });

  it.each<[string, object, string]>([
    [
      "an int32 beyond its range",
      { int32Value: 2 ** 31 },
      "int32_value: expected a 32-bit integer, got number 2147483648",
    ],
    ["a uint32 below zero", { uint32Value: -1 }, "uint32_value: expected an unsigned 32-bit integer, got number -1"],
    ["an int64 beyond its range", { int64Value: 2n ** 63n }, "int64_value: expected an integer of 64 bits"],
    [
      "an enum beyond its range",
      { color: 2 ** 31 },
      "color: expected a number of interop.v1.Color, got number 2147483648",
    ],
    ["half a surrogate pair", { stringValue: "a\ud83d" }, "string_value: expected text without a lone surrogate"],
    ["half a surrogate pair in a key", { stringMap: { "\ude00": "x" } }, "string_map: expected keys without a lone"],
  ])("refuses %s", (_, init, message) => {
    expect(() => query.encode(init)).toThrow(message);
  });

  it("leaves out what is to be skipped, by paths in original names", () => {
    const message = { parent: { id: "p", count: 3, child: { id: "c", count: 4 } }, note: "n" };
    const skip = new Set(["parent.id", "parent.child.id"]);
    expect(compileQuery(NestedPathRequestSchema).encode(message, { skip })).toBe(
      "note=n&parent.child.count=4&parent.count=3",
    );
    expect(
      compileQuery(ListItemsRequestSchema).encode({ pageSize: 1, pageToken: "t" }, { skip: new Set(["page_token"]) }),
    ).toBe("pageSize=1");
  });
});

describe("reading a query", () => {
  it.each<[string, string, object]>([
    [
      "both names of a field",
      "int32_value=5&stringValue=x&renamed=odd",
      { int32Value: 5, stringValue: "x", renamed: "odd" },
    ],
    ["no unknown names, though messages on the way are there", "nope=1&nested.nope=2", { nested: {} }],
    ["plus as a space", "stringValue=a+b%20c%2Bd", { stringValue: "a b c+d" }],
    ["an empty value as none", "stringValue&int32Value=&maybeString=&choiceText=", {}],
    [
      "lists",
      "int32List=1&int32_list=2&stringList[]=a&stringList[7]=b&stringList=a,b",
      { int32List: [1, 2], stringList: ["a", "b", "a,b"] },
    ],
    ["empty text in a list", "stringList=&stringList=a", { stringList: ["", "a"] }],
    [
      "numbers",
      "int32Value=%2B5&uint64Value=18446744073709551615&doubleValue=1e3&floatValue=.5",
      { int32Value: 5, uint64Value: "18446744073709551615", doubleValue: 1000, floatValue: 0.5 },
    ],
    [
      "infinities",
      "doubleList=NaN&doubleList=%2BInf&doubleList=-inf",
      { doubleList: ["NaN", "Infinity", "-Infinity"] },
    ],
    ["booleans as Go does", "boolList=1&boolList=t&boolList=True&boolList=F", { boolList: [true, true, true, false] }],
    ["enums by name or number", "color=7&colorList=RED&colorList=2", { color: "BLUE", colorList: ["RED", "GREEN"] }],
    ["either alphabet of base64", "bytesValue=-_8%3D&bytesList=%2B/8%3D", { bytesValue: "+/8=", bytesList: ["+/8="] }],
    [
      "nested messages",
      "nested.child.id=c&nested.count=2&nested.child.tags=x",
      { nested: { count: 2, child: { id: "c", tags: ["x"] } } },
    ],
    [
      "maps by brackets or a dot, the last wins",
      "stringMap[a]=1&stringMap.b=2&stringMap[a]=3&intKeyMap[5]=x&boolKeyMap[true]=y",
      { stringMap: { a: "3", b: "2" }, intKeyMap: { "5": "x" }, boolKeyMap: { true: "y" } },
    ],
    [
      "any key within brackets",
      "stringMap[]=1&stringMap[a.b]=2&stringMap[c]d]=3",
      { stringMap: { "": "1", "a.b": "2", "c]d": "3" } },
    ],
    [
      "wrappers, by their value too",
      "wrappedInt32.value=5&wrappedBool=false&wrappedString.value=",
      { wrappedInt32: 5, wrappedBool: false, wrappedString: "" },
    ],
    [
      "times and their parts",
      "timestamp=2026-07-14T12:30:45%2B02:00&timestampList=1970-01-01T00:00:00Z&duration.seconds=5",
      { timestamp: "2026-07-14T10:30:45Z", timestampList: ["1970-01-01T00:00:00Z"], duration: "5s" },
    ],
    ["durations in Go's forms", "duration=-1h30m1.5s", { duration: "-5401.500s" }],
    ["field masks", "fieldMask=stringValue,nested.childOne", { fieldMask: "stringValue,nested.childOne" }],
    ["a Struct as JSON or by keys", "struct=%7B%22a%22:[1]%7D&struct.b=x", { struct: { a: [1], b: "x" } }],
    ["a Value as text", "value=7", { value: "7" }],
    ["a Struct within a Value", "value.structValue.a=1", { value: { a: "1" } }],
    ["a message in a oneof", "choiceNested.id=x&choiceNested.count=2", { choiceNested: { id: "x", count: 2 } }],
    ["nothing of malformed pairs", "stringValue=%zz&renamed=a;b&int32Value=1&%=2", { int32Value: 1 }],
    [
      "keys that objects treat as their own as text",
      "__proto__=1&constructor.prototype=2&stringMap[__proto__]=x",
      JSON.parse('{"stringMap":{"__proto__":"x"}}'),
    ],
  ])("takes %s", (_, text, expected) => {
    expect(read(text)).toStrictEqual(fromJson(EverythingSchema, expected as JsonValue));
  });

  it.each<[string, string, string]>([
    ["two values for one", "int32Value=1&int32_value=2", "query parameter int32_value: expected one value"],
    ["a wrong integer", "nested.count=abc", 'query parameter nested.count: expected a 32-bit integer, got "abc"'],
    ["a fraction", "int32Value=1.0", "expected a 32-bit integer"],
    ["an exponent", "int64Value=1e3", "expected a 64-bit integer"],
    ["a sign", "uint32Value=-1", "expected an unsigned 32-bit integer"],
    ["too large a number", "int32Value=2147483648", "expected a 32-bit integer"],
    ["too large a float", "floatValue=1e39", "fits a float"],
    ["an empty number in a list", "int32List=", 'query parameter int32List: expected a 32-bit integer, got ""'],
    ["a wrong boolean", "boolValue=yes", "expected true or false"],
    ["an unknown enum", "color=99", "a value of interop.v1.Color"],
    ["an enum in lower case", "color=blue", "a value of interop.v1.Color"],
    [
      "a path through a scalar",
      "stringValue.x=1",
      "query parameter stringValue.x: expected nothing below string_value",
    ],
    ["a path through a list", "nestedList[0].id=1", "expected nothing below nested_list"],
    ["a message by value", "nested=x", "query parameter nested: expected its fields"],
    ["a map without a key", "stringMap=1", "expected a map key in brackets"],
    ["a dotted map key", "stringMap.a.b=1", "in brackets if it has a dot"],
    [
      "a wrong map key",
      "intKeyMap[x]=1",
      'query parameter intKeyMap[x]: expected a map key that is a 32-bit integer, got "x"',
    ],
    ["a message in a map", "nestedMap[a].id=x", "expected a map key in brackets"],
    [
      "two members of a oneof",
      "choiceNumber=5&choiceText=x",
      "query parameter choiceText: expected one field of the oneof choice",
    ],
    ["a duration without a unit", "duration=5", "a duration with units"],
    ["a date alone", "timestamp=2026-07-14", "an RFC 3339 timestamp"],
    ["a Struct that is none", "struct=abc", "expected a JSON object"],
    ["an Any by value", "any=abc", "expected its fields"],
    ["bytes that are no UTF-8", "stringValue=%ff", "query parameter stringValue: expected UTF-8"],
    ["messages without end", `${"nested.child.".repeat(1)}${"child.".repeat(200)}id=1`, "no more than 100 levels"],
  ])("refuses %s", (_, text, message) => {
    expect(() => read(text)).toThrow(
      expect.objectContaining({ code: 400, reason: "CODEC", message: expect.stringContaining(message) }),
    );
  });

  it("refuses malformed pairs where it is strict", () => {
    for (const text of ["stringValue=%zz", "stringValue=a;int32Value=1", "%4=x"])
      expect(() => read(text, { strict: true })).toThrow("expected key=value, percent-encoded");
  });

  it("adds to what the body said: over scalars, behind lists, within messages", () => {
    const message = create(EverythingSchema, { int32Value: 1, nested: { id: "body", tags: ["a"] }, maybeInt32: 1 });
    query.decodeInto(message, "int32Value=2&nested.id=query&nested.tags=b&maybeInt32=3");
    expect(message).toMatchObject({ int32Value: 2, nested: { id: "query", tags: ["a", "b"] }, maybeInt32: 3 });
  });

  it("refuses another member of a oneof than the body's", () => {
    const message = create(EverythingSchema, { choice: { case: "choiceText", value: "body" } });
    expect(() => query.decodeInto(message, "choiceNumber=1")).toThrow("another is set");
  });

  it("is quick about a million pairs, and echoes little", () => {
    const start = performance.now();
    expect(read("int32List=1&nope=2&".repeat(500_000)).int32List).toHaveLength(500_000);
    expect(performance.now() - start).toBeLessThan(10_000);
    const refused = () => read(`int32Value=${"secret".repeat(1000)}&${"x".repeat(1000)}=1`);
    expect(refused).toThrow(expect.toSatisfy((error: KratosError) => error.message.length < 150));
  });
});
