import { create } from "@bufbuild/protobuf";
import { Int64ValueSchema, StructSchema, TimestampSchema } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import { EverythingSchema } from "../../testdata/gen/interop/v1/interop_pb.ts";
import { jsonCodec } from "../codec/json-codec.ts";
import { protoCodec } from "../codec/proto-codec.ts";
import { createEnvelope } from "./envelope.ts";

const envelope = createEnvelope({});

// A google.protobuf.Value without a value has no JSON, in an envelope or not.
const fields = EverythingSchema.fields.filter((field) => field.message?.typeName !== "google.protobuf.Value");

describe("the data of an envelope", () => {
  it.each([
    [Int64ValueSchema, create(Int64ValueSchema, { value: 5n })],
    [Int64ValueSchema, {}],
    [StructSchema, create(StructSchema, { fields: { a: { kind: { case: "numberValue", value: 1 } } } })],
    [StructSchema, {}],
    [TimestampSchema, create(TimestampSchema, { seconds: 5n })],
  ])("is what %s is by itself", (type, message) => {
    const { type: around, wrap } = envelope.compile(type);
    const wrapped = jsonCodec.compile(around).encode(wrap(message));
    expect(wrapped).toBe(`{"code":0,"message":"","data":${jsonCodec.compile(type).encode(message)}}`);
    expect(() => protoCodec.compile(around).encode(wrap(message))).not.toThrow();
  });

  it.each(fields.map((field) => [field.name, field] as const))(
    "may be a field of every kind that has no value: %s",
    (_, field) => {
      const { type, wrap } = envelope.compile(field);
      const codec = jsonCodec.compile(type);
      const { data } = JSON.parse(codec.encode(wrap(undefined)) as string);
      expect(data).toEqual(JSON.parse(jsonCodec.compile(field).encode(undefined) as string));
    },
  );

  it("may be a field of a oneof that holds a message", () => {
    const field = EverythingSchema.fields.find((each) => each.oneof !== undefined && each.message !== undefined)!;
    const { type, wrap } = envelope.compile(field);
    expect(JSON.parse(jsonCodec.compile(type).encode(wrap({ count: 2 })) as string).data).toMatchObject({ count: 2 });
  });
});
