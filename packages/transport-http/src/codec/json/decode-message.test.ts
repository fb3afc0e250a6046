import { create, fromJson, type JsonValue } from "@bufbuild/protobuf";
import type { KratosError } from "@kratos-ts/core";
import { describe, expect, it } from "vitest";
import { type Everything, EverythingSchema, NestedSchema } from "../../../testdata/gen/interop/v1/interop_pb.ts";
import { protojsonCodec } from "../json-codec.ts";

const everything = protojsonCodec.compile(EverythingSchema);
const bytesOf = (text: string) => new TextEncoder().encode(text);
const read = (text: string) => everything.decode(bytesOf(text)) as Everything;
const _written = (init: object): Record<string, JsonValue> => JSON.parse(everything.encode(init) as string);

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    expect(error).toMatchObject({ code: 400, reason: "CODEC" });
    return (error as KratosError).message;
  }
  return expect.fail("nothing was refused");
}

describe("reading protojson", () => {
  it.each<[string, string, object]>([
    ["both names of a field", '{"int32_value":1,"stringValue":"x"}', { int32Value: 1, stringValue: "x" }],
    ["a custom name", '{"renamed":"a","oddName":"not this"}', { renamed: "a" }],
    ["no unknown field", '{"nope":{"a":[1,"}",{}]},"int32Value":5}', { int32Value: 5 }],
    [
      "no unknown enum name",
      '{"color":"PINK","colorList":["RED","PINK"],"colorMap":{"a":"PINK"}}',
      { colorList: ["RED"] },
    ],
    ["enums by number", '{"color":7,"colorList":[1,99]}', { color: "BLUE", colorList: ["RED", 99] }],
    [
      "64-bit integers as strings and numbers",
      '{"int64Value":9007199254740993,"uint64Value":"18446744073709551615"}',
      { int64Value: "9007199254740993", uint64Value: "18446744073709551615" },
    ],
    [
      "whole numbers in any form",
      '{"int32Value":5.0,"uint32Value":1e2,"sint32Value":"-12e1","int64Value":"1.50e1"}',
      { int32Value: 5, uint32Value: 100, sint32Value: -120, int64Value: "15" },
    ],
    [
      "floats by their last digit",
      '{"floatValue":3.4028235e38,"doubleValue":"1.5"}',
      { floatValue: 3.4028234663852886e38, doubleValue: 1.5 },
    ],
    [
      "either alphabet of base64, padded or not",
      '{"bytesValue":"-_8","bytesList":["+/8=","AQI"]}',
      { bytesValue: "+/8=", bytesList: ["+/8=", "AQI="] },
    ],
    [
      "null as the absence of a value",
      '{"nested":null,"stringList":null,"stringMap":null,"maybeInt32":null,"choiceText":null,"wrappedBool":null}',
      {},
    ],
    [
      "64-bit integers of every length, in quotes or not",
      '{"int64List":["9007199254740993",9007199254740993,-9223372036854775808,"9223372036854775807",1e3,"-1234567890123456"],"uint64Value":"18446744073709551615","fixed64Value":"9999999999999999999"}',
      {
        int64List: [
          "9007199254740993",
          "9007199254740993",
          "-9223372036854775808",
          "9223372036854775807",
          "1000",
          "-1234567890123456",
        ],
        uint64Value: "18446744073709551615",
        fixed64Value: "9999999999999999999",
      },
    ],
    ["null as a value", '{"value":null}', { value: null }],
    ["blanks anywhere", ' { "int32List" : [ 1 ,\t2 ] ,\r\n"nested":{ } } ', { int32List: [1, 2], nested: {} }],
    [
      "escapes",
      '{"stringValue":"\\u00e9\\ud83d\\ude00\\n\\/","nested":{"\\u0069d":"x"}}',
      { stringValue: "é😀\n/", nested: { id: "x" } },
    ],
    ["a time with an offset", '{"timestamp":"2026-07-14T12:30:45.5+02:00"}', { timestamp: "2026-07-14T10:30:45.500Z" }],
    ["an Any without a type as empty", '{"any":{"x":1}}', { any: {} }],
    ["anything in an Empty", '{"empty":{"x":1}}', { empty: {} }],
    [
      "map keys in one form",
      '{"intKeyMap":{"+05":"a"},"boolKeyMap":{"true":"b"}}',
      { intKeyMap: { "5": "a" }, boolKeyMap: { true: "b" } },
    ],
  ])("takes %s", (_, text, expected) => {
    expect(read(text)).toStrictEqual(fromJson(EverythingSchema, expected as JsonValue));
  });

  it.each<[string, string, string]>([
    ["nothing but blanks", "  \n", "body: expected an object: interop.v1.Everything, got the end of the body"],
    ["null", "null", "body: expected an object"],
    ["an array", "[]", "got an array"],
    ["text after the object", '{"a":1} x', "body: expected nothing after the JSON value, got x"],
    ["a field given twice", '{"int32Value":1,"int32Value":1}', "body field int32Value: expected it only once"],
    ["both names given", '{"stringValue":"a","string_value":"b"}', "body field string_value: expected it only once"],
    ["a field given twice, once as null", '{"nested":null,"nested":{}}', "body field nested: expected it only once"],
    ["a map key given twice", '{"longKeyMap":{"1":"a","01":"b"}}', "body field longKeyMap.01: expected it only once"],
    ["a key of a Struct given twice", '{"struct":{"a":{"b":1,"b":2}}}', "body field struct.a.b: expected it only once"],
    [
      "two members of a oneof",
      '{"choiceNumber":5,"choiceText":"x"}',
      "body field choiceText: expected no second field of its oneof",
    ],
    ["a fraction", '{"nested":{"count":5.5}}', "body field nested.count: expected a 32-bit integer, got 5.5"],
    [
      "too large a number",
      '{"int32List":[1,2147483648]}',
      "body field int32List[1]: expected a 32-bit integer, got 2147483648",
    ],
    ["a negative one", '{"uint64Value":-1}', "body field uint64Value: expected an unsigned 64-bit integer"],
    ["too large a double", '{"doubleValue":1e400}', "expected a number, got 1e400"],
    ["too large a float", '{"floatValue":1e39}', "fits a float"],
    ["blanks in a number", '{"int32Value":" 5"}', 'got " 5"'],
    ["hexadecimal", '{"int32Value":"0x10"}', "expected a 32-bit integer"],
    ["a leading zero", '{"doubleValue":01}', "expected a number, got 01"],
    ["a number for a string", '{"stringValue":5}', "body field stringValue: expected a string, got 5"],
    ["null in a list", '{"stringList":["a",null]}', "body field stringList[1]: expected a string, got null"],
    ["null in a map", '{"nestedMap":{"a":null}}', "body field nestedMap.a: expected an object"],
    [
      "a wrong map key",
      '{"intKeyMap":{"x":"y"}}',
      "body field intKeyMap.x: expected a map key that is a 32-bit integer",
    ],
    ["a lone surrogate", '{"stringValue":"\\ud83d"}', "no lone surrogate"],
    ["a lone surrogate in an unknown field", '{"nope":"\\udc00"}', "no lone surrogate"],
    ["bytes that are no base64", '{"bytesValue":"%%"}', "expected bytes in base64"],
    ["a day that is none", '{"timestamp":"2026-02-29T00:00:00Z"}', "RFC 3339"],
    ["year 0", '{"timestamp":"0000-01-01T00:00:00Z"}', "year 1 to 9999"],
    ["a duration without its unit", '{"duration":"5"}', "a duration in seconds"],
    [
      "an Any of an unknown type",
      '{"any":{"@type":"x/nope.Nope"}}',
      "body field any.@type: expected an @type that this server knows",
    ],
    ["a comma too many", '{"int32List":[1,]}', "body field int32List[1]"],
    ["a control character", '{"stringValue":"a\nb"}', "to be escaped"],
    ["an end too early", '{"nested":{"id":"a', "body field nested.id: expected the string to end"],
    ["a byte order mark", "\ufeff{}", "body: expected an object"],
    ["a wrong value in an unknown field", '{"nope":[tru]}', "body field nope[0]"],
  ])("refuses %s", (_, text, message) => {
    expect(refusal(() => read(text))).toContain(message);
  });

  it("refuses bytes that are no UTF-8", () => {
    const bytes = Uint8Array.from([...bytesOf('{"stringValue":"')].concat(0xff, ...bytesOf('"}')));
    expect(refusal(() => everything.decode(bytes))).toContain("body field stringValue: expected valid UTF-8");
  });

  it("echoes no more than a piece of the input", () => {
    const message = refusal(() => read(`{"int32Value":"${"secret".repeat(100)}"}`));
    expect(message.length).toBeLessThan(120);
  });

  it("takes an empty body for the empty message", () => {
    expect(everything.decode(new Uint8Array())).toStrictEqual(create(EverythingSchema));
  });

  it("keeps keys that objects treat as their own harmless", () => {
    const text = '{"__proto__":{"x":1},"constructor":2,"stringMap":{"__proto__":"a"},"struct":{"__proto__":{"x":1}}}';
    const message = read(text);
    expect(Object.entries(message.stringMap)).toEqual([["__proto__", "a"]]);
    expect(Object.keys(message.struct!)).toEqual(["__proto__"]);
    expect(Object.getPrototypeOf(message)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  it("reads strings of any size and place in a large body", () => {
    const tags = Array.from({ length: 3000 }, (_, i) => `${i} ${"é".repeat(i % 3)}${"x".repeat(i % 50)}`);
    const text = JSON.stringify({ id: "y".repeat(20_000), tags });
    expect(protojsonCodec.compile(NestedSchema).decode(bytesOf(text))).toMatchObject({ id: "y".repeat(20_000), tags });
  });
});

describe("deep nesting", () => {
  const nested = protojsonCodec.compile(NestedSchema);
  const chain = (depth: number) => `${'{"child":'.repeat(depth)}{}${"}".repeat(depth)}`;

  it("is read and written to 900 levels", () => {
    const message = nested.decode(bytesOf(chain(900)));
    expect(nested.decode(bytesOf(nested.encode(message) as string))).toStrictEqual(message);
  });

  it.each([
    ["messages", chain(10_000)],
    ["a Struct", `{"struct":${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}}`],
    ["lists in a Value", `{"value":${"[".repeat(10_000)}`],
    ["unknown values", `{"nope":${"[".repeat(1_000_000)}`],
  ])("is refused to 10,000 levels and more: %s", (_, text) => {
    expect(refusal(() => (text.includes("child") ? nested : everything).decode(bytesOf(text)))).toMatch(
      /no more than \d+ levels/,
    );
  });

  it("does not count in what is left out, up to 10,000 levels", () => {
    expect(read(`{"nope":${"[".repeat(9000)}${"]".repeat(9000)},"int32Value":1}`).int32Value).toBe(1);
  });
});
