import { create, type DescMessage } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { ItemSchema, ListBodySchema, UpdateItemRequestSchema } from "../../testdata/gen/interop/v1/interop_pb.ts";
import { formCodec } from "./form-codec.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const fieldOf = (schema: DescMessage, name: string) => schema.fields.find((field) => field.name === name)!;

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

  it("refuses bytes that are no UTF-8", () => {
    expect(() => codec.decode(Uint8Array.of(0x61, 0x3d, 0xff))).toThrow("body: expected UTF-8");
  });

  it.each(["items", "text", "labels", "struct"])("refuses the field %s, which a form can't name", (name) => {
    const field = formCodec.compile(fieldOf(ListBodySchema, name));
    expect(() => field.decode(bytesOf("a=1"))).toThrow(expect.objectContaining({ code: 400, reason: "CODEC" }));
    expect(() => field.encode({})).toThrow("use application/json");
  });
});
