import { create, type DescMessage } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import {
  EverythingSchema,
  ItemSchema,
  ListBodySchema,
  UpdateItemRequestSchema,
} from "../../testdata/gen/interop/v1/interop_pb.ts";
import { formCodec } from "./form-codec.ts";
import { compileQuery } from "./query.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const fieldOf = (schema: DescMessage, name: string) => schema.fields.find((field) => field.name === name)!;

const oddForms = [
  "",
  "&",
  "&&stringValue=a&",
  "stringValue",
  "stringValue&int32Value=1",
  "=",
  "=x",
  "stringValue=a=b=c",
  "stringValue=a+b%20c%2Bd%3D",
  "stringValue=é",
  "stringValue=%C3%A9&stringList=%E4%BD%A0",
  "stringValue=%ff",
  "stringValue=%",
  "stringValue=%4",
  "stringValue=%4&int32Value=1",
  "stringValue=%zz",
  "stringValue=a;int32Value=1",
  "string%56alue=x",
  "é=1&int32Value=1",
  `stringValue=${"%41+".repeat(300)}`,
  "int32Value=1&int32_value=2",
  "int32Value=1&int32Value=2",
  "nested.id=a&nested.id=b",
  "nested.count=1&nested.child.count=2&nested.child.tags=x&nested.child.tags=y",
  "nested=x",
  "nested.nope=1&nope=2&nope.a=3",
  "stringList=a&stringList[]=b&stringList[7]=c&string_list=",
  "stringMap[a]=1&stringMap.b=2&stringMap[a]=3&stringMap%5Bc%5D=4&stringMap[]=5&stringMap[d.e]=6&stringMap[f]g]=7",
  "stringMap=1",
  "stringMap[__proto__]=x&__proto__=1&constructor=2",
  "intKeyMap[5]=x&intKeyMap[05]=y",
  "intKeyMap[x]=1",
  "nestedMap[a].id=x",
  "choiceNumber=5&choiceText=x",
  "choiceNested.id=x&choiceNested.count=2",
  "wrappedInt32.value=5&wrappedBool=false&wrappedString.value=",
  "timestamp=2026-07-14T12:30:45%2B02:00&duration.seconds=5&duration=-1h30m1.5s",
  "timestamp.seconds=5",
  "struct=%7B%22a%22:[1]%7D&struct.b=x",
  "value=7&value.numberValue=1",
  "int64Value=-9223372036854775808&uint64Value=18446744073709551615&int64List=%2B7&int64List=-0",
  "int32Value=-0&int32List=007&int32List=-2147483648&uint32List=4294967295",
  "int32Value=2147483648",
  "uint32Value=-1",
  "color=7&colorList=RED&colorList=2",
  "color=99",
  "maybeString=&maybeInt32=0&maybeBool=false",
  "doubleValue=0.1&floatValue=1e39",
  "doubleValue=1.&doubleList=.5&doubleList=-0&doubleList=1e3&doubleList=NaN&floatValue=3.4028235e38",
  "boolValue=true&boolList=f&boolList=TRUE&boolList=false",
  "boolValue=truefalse",
  "int64Value=92233720368547758070",
  "int32Value=1&int32List=5x",
  // More than is unescaped at once, be it in one value or in many.
  `stringValue=${"a".repeat(9000)}&int32Value=5&stringList=${"%26+".repeat(3000)}&stringList=b`,
  `stringList=${"x".repeat(8000)}&stringList=${"y".repeat(300)}&stringList=${"z".repeat(8191)}&stringList=&int32Value=7`,
  Array.from({ length: 600 }, (_, i) => `int32List=${i}&stringList=`).join("&"),
  `${"stringList=a&".repeat(300)}stringList=%&int32Value=x`,
  `int32Value=x&stringList=${"é".repeat(5000)}`,
  `${"stringList=a&".repeat(300)}é=1&int32Value=2`,
];

function outcome(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return (error as Error).message;
  }
}

describe("formCodec", () => {
  const codec = formCodec.compile(ItemSchema);

  it("reads and writes a message by the rules of a query", () => {
    const message = create(ItemSchema, { title: "T", tags: ["a", "b"] });
    expect(codec.decode(bytesOf("title=T&tags=a&tags=b"))).toStrictEqual(message);
    expect(codec.encode(message)).toBe("tags=a&tags=b&title=T");
    expect(codec.decode(new Uint8Array())).toStrictEqual(create(ItemSchema));
  });

  it("takes a field that is a message", () => {
    const field = formCodec.compile(fieldOf(UpdateItemRequestSchema, "item"));
    expect(field.decode(bytesOf("title=T"))).toStrictEqual(create(ItemSchema, { title: "T" }));
    expect(field.encode(undefined)).toBe("");
  });

  it.each([
    ["a malformed escape", "title=%zz", "form field"],
    ["a semicolon", "title=a;id=1", "form field"],
    ["a wrong value", "priceCents=abc", "form field priceCents: expected a 64-bit integer"],
  ])("refuses %s", (_, text, message) => {
    const decode = () => codec.decode(bytesOf(text));
    expect(decode).toThrow(expect.objectContaining({ code: 400, reason: "CODEC" }));
    expect(decode).toThrow(message);
  });

  // Twice, since keys are known the second time; one after the other, since each is expected after the one before.
  it.each([1, 2])("reads what a query reads, and refuses what it refuses, time %d", () => {
    const everything = formCodec.compile(EverythingSchema);
    const query = compileQuery(EverythingSchema);
    for (const text of oddForms) {
      const read = outcome(() => everything.decode(bytesOf(text)));
      const expected = outcome(() => {
        const message = create(EverythingSchema);
        query.decodeInto(message, text, { strict: true });
        return message;
      });
      expect(read, text).toStrictEqual(expected);
    }
  });

  it("refuses bytes that are no UTF-8", () => {
    expect(() => codec.decode(Uint8Array.of(0x61, 0x3d, 0xff))).toThrow("body: expected UTF-8");
  });

  it.each(["items", "text", "labels", "struct"])("refuses the field %s, which a form can't name", (name) => {
    const field = formCodec.compile(fieldOf(ListBodySchema, name));
    expect(() => field.decode(bytesOf("a=1"))).toThrow(expect.objectContaining({ code: 400, reason: "CODEC" }));
    expect(() => field.encode({})).toThrow("use application/json");
  });
});
