import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import { Color, EverythingSchema, NameRequestSchema } from "../testdata/gen/interop/v1/interop_pb.ts";
import { messageEncoder } from "./message-encoder.ts";

const encode = messageEncoder(EverythingSchema);
const bytes = Uint8Array.of(0, 255, 7);

const cases: Record<string, MessageInitShape<typeof EverythingSchema>> = {
  "no field": {},
  "floating point": { doubleValue: 1.5, floatValue: -0.25 },
  "negative zero": { doubleValue: -0, floatValue: -0 },
  "32 bits": { int32Value: -1, uint32Value: 4294967295, sint32Value: -7, fixed32Value: 9, sfixed32Value: -9 },
  "64 bits": {
    int64Value: -1n,
    uint64Value: 2n ** 64n - 1n,
    sint64Value: -(2n ** 63n),
    fixed64Value: 5n,
    sfixed64Value: -5n,
  },
  "text and bytes": { stringValue: "grüße ✓ \u{1f600}", bytesValue: bytes, boolValue: true, color: Color.BLUE },
  "text longer than one byte of length": { stringValue: "x".repeat(5_000) },
  "text with half a surrogate pair": { stringValue: "a\ud800b" },
  "a message longer than the buffer that is kept": { stringValue: "x".repeat(100_000) },
  "messages in messages": { nested: { id: "a", child: { id: "b", child: { count: 3, tags: ["t", ""] } } } },
  "a long message in a message": { nested: { id: "x".repeat(300), tags: ["y".repeat(200)] } },
  lists: {
    int32List: [0, -1, 300],
    int64List: [0n, -1n],
    stringList: ["", "a"],
    boolList: [true, false],
    doubleList: [0, 1e300],
    bytesList: [bytes, new Uint8Array()],
    colorList: [Color.RED, Color.COLOR_UNSPECIFIED],
    nestedList: [{}, { id: "n" }],
    timestampList: [timestampFromMs(1_700_000_000_123)],
  },
  "maps with text keys": {
    stringMap: { a: "1", "": "", __proto__x: "2" },
    int32Map: { a: 0, b: -1 },
    colorMap: { red: Color.RED },
    nestedMap: { n: { id: "in" } },
    bytesMap: { b: bytes },
  },
  "maps with other keys": { intKeyMap: { 1: "a" }, longKeyMap: { "9007199254740993": "b" }, boolKeyMap: { true: "c" } },
  "a oneof of text": { choice: { case: "choiceText", value: "" } },
  "a oneof of a message": { choice: { case: "choiceNested", value: { id: "c" } } },
  "a oneof of an enum": { choice: { case: "choiceColor", value: Color.COLOR_UNSPECIFIED } },
  "optional fields that are zero": { maybeInt32: 0, maybeString: "", maybeBool: false, maybeColor: 0 },
  wrappers: { wrappedInt64: 0n, wrappedString: "", wrappedBytes: bytes, wrappedList: [{ value: 3 }] },
  "well-known types": {
    timestamp: timestampFromMs(-1),
    struct: { a: [1, null, { b: "c" }] },
    value: { kind: { case: "stringValue", value: "v" } },
    any: { typeUrl: "type.googleapis.com/x", value: bytes },
    empty: {},
  },
};

describe("a message encoder", () => {
  it.each(Object.entries(cases))("writes %s as toBinary does", (_, init) => {
    const message = create(EverythingSchema, init);
    const expected = toBinary(EverythingSchema, message);
    expect(encode(message)).toEqual(expected);
    // Once more, since the writer is kept.
    expect(encode(message)).toEqual(expected);
  });

  it("writes everything at once, and fields that it does not know, as toBinary does", () => {
    const message = create(EverythingSchema, Object.assign({}, ...Object.values(cases)));
    expect(encode(message)).toEqual(toBinary(EverythingSchema, message));
    message.$unknown = [{ no: 1000, wireType: 0, data: Uint8Array.of(7) }];
    expect(encode(message)).toEqual(toBinary(EverythingSchema, message));
  });

  it("has the errors of toBinary, and works after them", () => {
    const wrong = create(NameRequestSchema, { name: "a", revision: 1.5 });
    const encodeName = messageEncoder(NameRequestSchema);
    expect(() => encodeName(wrong)).toThrow(/NameRequest\.revision/);
    const right = create(NameRequestSchema, { name: "b" });
    expect(encodeName(right)).toEqual(toBinary(NameRequestSchema, right));
  });

  it("gives bytes of their own, which the next message leaves alone", () => {
    const first = encode(create(EverythingSchema, { stringValue: "first" }));
    const copy = first.slice();
    encode(create(EverythingSchema, { stringValue: "other" }));
    expect(first).toEqual(copy);
  });
});
