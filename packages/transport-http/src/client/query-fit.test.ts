import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { expect, it } from "vitest";
import { EverythingSchema } from "../../testdata/gen/interop/v1/interop_pb.ts";
import { fieldsBeyondQuery } from "./query-fit.ts";

const beyond = (init: MessageInitShape<typeof EverythingSchema>): string[] => {
  return fieldsBeyondQuery(EverythingSchema, create(EverythingSchema, init)).map((field) => field.name);
};

it.each<[string, MessageInitShape<typeof EverythingSchema>]>([
  ["scalars", { int32Value: 1, stringValue: "a", bytesValue: new Uint8Array([1]), maybeInt32: 0, maybeBool: false }],
  ["lists and maps of scalars", { int32List: [0], stringList: ["a"], stringMap: { a: "b" } }],
  ["messages", { nested: { id: "a", child: { count: 1 } } }],
  [
    "well-known types",
    { timestamp: {}, duration: {}, wrappedInt32: 0, wrappedString: "a", fieldMask: { paths: ["a"] } },
  ],
])("leaves %s to the query", (_, init) => {
  expect(beyond(init)).toEqual([]);
});

it.each<[string, MessageInitShape<typeof EverythingSchema>]>([
  ["nested_list", { nestedList: [{}] }],
  ["timestamp_list", { timestampList: [{}] }],
  ["nested_map", { nestedMap: { a: {} } }],
  ["string_map", { stringMap: { "a.b": "c" } }],
  ["string_map", { stringMap: { a: "" } }],
  ["string_list", { stringList: [""] }],
  ["struct", { struct: { a: 1 } }],
  ["nested", { nested: {} }],
  ["nested", { nested: { child: {} } }],
  ["maybe_string", { maybeString: "" }],
  ["wrapped_string", { wrappedString: "" }],
  ["empty", { empty: {} }],
])("keeps %s out of the query when it would be lost", (name, init) => {
  expect(beyond({ stringValue: "a", ...init })).toEqual([name]);
});
