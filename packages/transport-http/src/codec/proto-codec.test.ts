import { create, type DescMessage, toBinary } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { EverythingSchema, GetItemRequestSchema, ListBodySchema } from "../../testdata/gen/interop/v1/interop_pb.ts";
import { protoCodec } from "./proto-codec.ts";

const fieldOf = (schema: DescMessage, name: string) => schema.fields.find((field) => field.name === name)!;

describe("protoCodec", () => {
  const codec = protoCodec.compile(GetItemRequestSchema);

  it("writes a message or an init of one, and reads it back", () => {
    const message = create(GetItemRequestSchema, { id: "7", view: "v" });
    expect(codec.encode({ id: "7", view: "v" })).toStrictEqual(toBinary(GetItemRequestSchema, message));
    expect(codec.decode(codec.encode(message) as Uint8Array)).toStrictEqual(message);
    expect(codec.decode(new Uint8Array())).toStrictEqual(create(GetItemRequestSchema));
  });

  it("keeps fields that it does not know", () => {
    const bytes = Uint8Array.of(10, 1, 55, 0x80, 0x7d, 1);
    expect(codec.encode(codec.decode(bytes))).toStrictEqual(bytes);
  });

  it("refuses other bytes", () => {
    const decode = () => codec.decode(Uint8Array.of(10, 200, 1));
    expect(decode).toThrow(expect.objectContaining({ code: 400, reason: "CODEC" }));
    expect(decode).toThrow("body: expected interop.v1.GetItemRequest in binary form");
  });

  it("takes a field that is a message, whatever a message holds for it", () => {
    const struct = protoCodec.compile(fieldOf(ListBodySchema, "struct"));
    expect(struct.decode(struct.encode({ a: [1, null] }) as Uint8Array)).toStrictEqual({ a: [1, null] });
    const wrapper = protoCodec.compile(fieldOf(EverythingSchema, "wrapped_int64"));
    expect(wrapper.decode(wrapper.encode(5n) as Uint8Array)).toBe(5n);
    const nested = protoCodec.compile(fieldOf(EverythingSchema, "nested"));
    expect(nested.decode(nested.encode({ id: "n" }) as Uint8Array)).toMatchObject({ id: "n", count: 0 });
    expect(nested.encode(undefined)).toHaveLength(0);
  });

  it.each(["items", "text", "labels"])("refuses the field %s, which is no message", (name) => {
    const field = protoCodec.compile(fieldOf(ListBodySchema, name));
    expect(() => field.decode(Uint8Array.of(1))).toThrow(expect.objectContaining({ code: 400, reason: "CODEC" }));
    expect(() => field.encode([])).toThrow(`interop.v1.ListBody.${name} as application/proto: it is no message`);
  });
});
