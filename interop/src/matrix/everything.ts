import type { JsonValue } from "@bufbuild/protobuf";

type Messages = Readonly<Record<string, JsonValue>>;

/** Messages of type Everything that fit into a query as well as into a body. */
const queryable: Messages = {
  "no field": {},
  numbers: {
    doubleValue: 1.5,
    floatValue: 0.1,
    int32Value: -7,
    int64Value: "9007199254740993",
    uint32Value: 4294967295,
    uint64Value: "18446744073709551615",
    sint32Value: -2147483648,
    sint64Value: "-9223372036854775808",
    fixed32Value: 1,
    fixed64Value: "2",
    sfixed32Value: -3,
    sfixed64Value: "-4",
  },
  "odd floats": {
    doubleValue: "NaN",
    floatValue: "Infinity",
    doubleList: ["-Infinity", 1e21, 1e-7, 5e-324, 1.7976931348623157e308],
  },
  "bool and enum": { boolValue: true, color: "BLUE", colorList: ["RED", "COLOR_UNSPECIFIED"], boolList: [true, false] },
  strings: { stringValue: "a b&c=d/é?+%#\"'\\ 你好 🎉\u0000\n", stringList: ["", "x", ","], renamed: "odd" },
  bytes: { bytesValue: "AAECA/8=", bytesList: ["AQ==", ""] },
  "bytes that differ in base64url": { bytesValue: "+/+/AQI=" },
  nested: { nested: { id: "n", count: 2, child: { id: "c", tags: ["x", "y"] } } },
  lists: {
    int32List: [1, -2, 0],
    int64List: ["1", "-9007199254740993"],
    timestampList: ["2026-01-02T03:04:05Z"],
    wrappedList: [1, 0],
  },
  maps: { stringMap: { a: "1", "b c": "x&y" }, int32Map: { a: 1 }, colorMap: { a: "GREEN" }, bytesMap: { a: "AQID" } },
  "maps with other keys": {
    intKeyMap: { "5": "five", "-1": "minus" },
    longKeyMap: { "9007199254740993": "long" },
    boolKeyMap: { true: "yes" },
  },
  "oneof text": { choiceText: "" },
  "oneof number": { choiceNumber: 0 },
  "oneof enum": { choiceColor: "RED" },
  "optional fields at zero": { maybeInt32: 0, maybeString: "", maybeBool: false, maybeColor: "COLOR_UNSPECIFIED" },
  wrappers: {
    wrappedDouble: 1.5,
    wrappedFloat: 0.5,
    wrappedInt64: "9007199254740993",
    wrappedUint64: "3",
    wrappedInt32: -4,
    wrappedUint32: 5,
    wrappedBool: true,
    wrappedString: "w s",
    wrappedBytes: "AQID",
  },
  "wrappers at zero": { wrappedInt32: 0, wrappedBool: false },
  time: { timestamp: "2026-07-14T12:30:45.000000001Z", duration: "-61.5s", fieldMask: "stringValue,nested.childOne" },
  "an old time": { timestamp: "1969-12-31T23:59:59.999Z", duration: "0.000150s" },
};

/** Those that need a body. None has an enum value without a name: Go's HTTP client panics at one. */
const bodyOnly: Messages = {
  "messages in lists and maps": {
    nestedList: [{ id: "a" }, {}, { child: { id: "c" } }],
    nestedMap: { a: { id: "x" }, "": {} },
  },
  "oneof message": { choiceNested: { id: "n" } },
  "free JSON": { struct: { a: [1, null, "x", { b: true }] }, value: [1.5, "x", null, {}], listValue: [[], {}] },
  "a null value": { value: null, nullValue: null },
  any: { any: { "@type": "type.googleapis.com/interop.v1.Nested", id: "in any", count: 3 } },
  "an any of a well-known type": { any: { "@type": "type.googleapis.com/google.protobuf.Duration", value: "1.5s" } },
  "an empty message": { empty: {} },
  "a deep message": { nested: nest(60) },
};

function nest(depth: number): JsonValue {
  return depth === 0 ? { id: "bottom" } : { child: nest(depth - 1) };
}

export const everything = { queryable, bodyOnly };
