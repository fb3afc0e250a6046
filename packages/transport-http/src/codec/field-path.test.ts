import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import {
  Color,
  EverythingSchema,
  ListItemsRequestSchema,
  NestedPathRequestSchema,
  TypedPathRequestSchema,
} from "../../testdata/gen/interop/v1/interop_pb.ts";
import { compileSettablePath } from "./settable-path.ts";

describe("compileSettablePath", () => {
  it("takes original and JSON names, and says which fields they are", () => {
    for (const name of ["page_token", "pageToken"]) {
      const path = compileSettablePath(ListItemsRequestSchema, name);
      expect(path.path).toBe("page_token");
      expect(path.fields.map((field) => field.jsonName)).toEqual(["pageToken"]);
    }
    expect(compileSettablePath(NestedPathRequestSchema, "parent.child.id").path).toBe("parent.child.id");
  });

  it.each([
    ["nope", "has no field nope"],
    ["parent.nope", "interop.v1.Nested has no nope"],
    ["note.x", "goes through note, which is no message"],
    ["parent", "the field parent of interop.v1.NestedPathRequest has no text form"],
  ])("refuses %s", (path, message) => {
    expect(() => compileSettablePath(NestedPathRequestSchema, path)).toThrow(message);
  });

  it("refuses maps", () => {
    expect(() => compileSettablePath(EverythingSchema, "string_map")).toThrow("has no text form");
  });
});

const values: [string, string, object][] = [
  ["small", "-5", { small: -5 }],
  ["large", "9007199254740993", { large: 9007199254740993n }],
  ["flag", "true", { flag: true }],
  ["color", "BLUE", { color: Color.BLUE }],
  ["ratio", "1e+21", { ratio: 1e21 }],
  ["blob", "AQI=", { blob: Uint8Array.of(1, 2) }],
  ["at", "2026-07-14T12:30:45Z", { at: { seconds: 1784032245n, nanos: 0 } }],
  ["every", "1m30.5s", { every: { seconds: 90n, nanos: 500_000_000 } }],
  ["label", "a/b c", { label: "a/b c" }],
];

describe("a field path", () => {
  it.each(values)("sets %s from %s and gets it back", (name, text, expected) => {
    const path = compileSettablePath(TypedPathRequestSchema, name);
    const message = create(TypedPathRequestSchema);
    path.set(message, text);
    expect(message).toMatchObject(expected);
    expect(path.get(message)).toBe(text);
    expect(path.get(expected)).toBe(text);
  });

  it("makes the messages on its way", () => {
    const message = create(NestedPathRequestSchema);
    compileSettablePath(NestedPathRequestSchema, "parent.child.id").set(message, "c");
    compileSettablePath(NestedPathRequestSchema, "parent.id").set(message, "p");
    expect(message.parent).toMatchObject({ id: "p", child: { id: "c" } });
  });

  it("sets over what is there", () => {
    const message = create(TypedPathRequestSchema, { note: "query", label: "query" });
    compileSettablePath(TypedPathRequestSchema, "label").set(message, "path");
    compileSettablePath(TypedPathRequestSchema, "note").set(message, "path");
    expect(message).toMatchObject({ note: "path", label: "path" });
  });

  it("goes through oneofs", () => {
    const path = compileSettablePath(EverythingSchema, "choice_nested.id");
    const message = create(EverythingSchema);
    path.set(message, "x");
    expect(message.choice).toMatchObject({ case: "choiceNested", value: { id: "x" } });
    expect(path.get(message)).toBe("x");
    expect(path.get({ choice: { case: "choiceText", value: "y" } })).toBe("");
  });

  it("refuses text that is no value, naming itself", () => {
    const set = (name: string, text: string) => () => {
      compileSettablePath(TypedPathRequestSchema, name).set(create(TypedPathRequestSchema), text);
    };
    expect(set("small", "abc")).toThrow('path variable small: expected a 32-bit integer, got "abc"');
    expect(set("at", "now")).toThrow("path variable at: expected an RFC 3339 timestamp");
    expect(set("color", "red")).toThrow(expect.objectContaining({ code: 400, reason: "CODEC" }));
  });

  it("gets nothing of what is not there, but zeros that are", () => {
    const get = (name: string, init: object) => compileSettablePath(TypedPathRequestSchema, name).get(init);
    for (const [name] of values) expect(get(name, {})).toBe("");
    expect(get("small", { small: 0 })).toBe("0");
    expect(get("flag", { flag: false })).toBe("false");
    expect(compileSettablePath(NestedPathRequestSchema, "parent.id").get({})).toBe("");
  });

  it("puts bytes into a path without a slash, which no escape would hide from Go", () => {
    const { get } = compileSettablePath(TypedPathRequestSchema, "blob");
    expect(get({ blob: Uint8Array.of(0xfb, 0xff) })).toBe("-_8=");
    expect(get({ blob: Uint8Array.of(0xfb, 0xef, 0xbe) })).toBe("++++");
  });

  it("gets the first of a list, as Go does", () => {
    const path = compileSettablePath(ListItemsRequestSchema, "tags");
    expect(path.get({ tags: ["x", "y"] })).toBe("x");
    expect(path.get({ tags: [] })).toBe("");
  });
});
